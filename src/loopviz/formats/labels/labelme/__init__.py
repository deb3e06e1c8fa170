"""LabelMe JSON: a file for each picture (https://github.com/wkentaro/labelme)."""

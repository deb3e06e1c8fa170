"""FiftyOne's data set on disk (https://docs.voxel51.com/user_guide/import_datasets.html#fiftyonedataset)."""

"""Everything that is wrong with some inputs, found before anything is rendered."""

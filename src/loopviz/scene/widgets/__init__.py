"""The widgets of compositions: ours, and those that other packages bring by the entry points ``loopviz.widgets``."""

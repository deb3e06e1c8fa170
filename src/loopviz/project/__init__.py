"""The project file, and the pipeline that wires the rooms below into what a person asks for."""

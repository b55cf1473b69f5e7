"""The subcommands of `rekognition-results`: each has `run(options, settings) -> exit status`."""

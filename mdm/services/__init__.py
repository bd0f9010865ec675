"""The use cases, one module per noun: all that the command line, HTTP and the screens may call."""

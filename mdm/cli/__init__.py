"""The command line: one module of commands per noun, each a thin shell over mdm.services."""

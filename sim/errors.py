"""The base of all errors that mean bad input; the command turns them into one line and exit status 2."""


class InputError(ValueError):
    """Bad input: a file, an option or a value that cannot be used, and why."""

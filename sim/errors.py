"""The base of all errors that mean bad input; the command turns them into one message."""


class InputError(ValueError):
    """Something that was given cannot be used; the message says what, where and what is expected.

    Each of its arguments is one message: several if several things are wrong.

    Errors of other kinds are faults of the program, or are caught where they can be answered.
    """

    def __str__(self) -> str:
        return "\n".join(map(str, self.args))

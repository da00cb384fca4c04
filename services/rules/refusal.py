"""The one way in which an action says no."""


class Refused(Exception):
    """An action will not do this: one Korean sentence for the person who asked (COPY 4.4).

    `field` names the form field it belongs to, if any; `conflict` is true when somebody else was faster (409).
    """

    def __init__(self, sentence: str, *, field: str | None = None, conflict: bool = False) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field
        self.conflict = conflict

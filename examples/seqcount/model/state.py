"""The page that the writer and the readers share, and what each of them knows."""

from vtsc.language import Record, State, flag, index, instances, word


class Page(Record):
    """The shared page. Each half of the pair holds the number of the update that stored it."""

    version: int = word("", "how often the writer has said that it begins or ends an update")
    first: int = word("", "the first half of the pair")
    second: int = word("", "the second half of the pair")


class Writer(Record):
    """The writer: how many updates are complete, and which stores of the next one can be seen."""

    updates: int = word("", "how many updates are complete")
    open: bool = flag("the version has been made odd")
    first: bool = flag("the first half has been stored")
    second: bool = flag("the second half has been stored")
    close: bool = flag("the version has been made even")

    def stored(self, name: str) -> bool:
        """Whether the store of that name can be seen."""
        if name == "open":
            return self.open
        if name == "first":
            return self.first
        return self.second if name == "second" else self.close

    def note(self, name: str) -> None:
        """The store of that name can be seen from now on."""
        if name == "open":
            self.open = True
        elif name == "first":
            self.first = True
        elif name == "second":
            self.second = True
        else:
            self.close = True

    def begin(self) -> None:
        """No store of the next update can be seen yet."""
        self.open = self.first = self.second = self.close = False


class Reader(Record):
    """A reader: which load comes next, and what it has loaded so far."""

    at: int = index("the next of its loads", 0, lo=0, hi=3)
    version: int = word("", "the version it loaded at the start")
    first: int = word("", "the first half it loaded")
    second: int = word("", "the second half it loaded")


class Shared(State):
    """The page, the writer, and readers called reader0, reader1 and so on."""

    def __init__(self, readers: int) -> None:
        super().__init__()
        self.page, self.writer = Page(), Writer()
        self.readers = [Reader() for _ in range(readers)]
        self.records = {"page": self.page, "writer": self.writer}
        self.records |= instances("reader", self.readers)

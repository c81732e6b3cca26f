"""Files as bytes and as text: found by path or pattern, unpacked, decoded; every fault in words."""

import gzip
import hashlib
import zlib
from dataclasses import dataclass
from pathlib import Path

from schemas.problems import Problem

GZIP_START = b"\x1f\x8b"
BYTE_ORDER_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}


class UnreadableInputError(Exception):
    """An input that cannot be read; holds the problem for the reader."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


@dataclass(frozen=True)
class FoundFile:
    """A file as it lies on disk."""

    path: Path
    data: bytes

    @property
    def sha256(self) -> str:
        """Hash of the file as it is, which `sha256sum` shows too."""
        return hashlib.sha256(self.data).hexdigest()


def find_files(pattern: str, folder: Path, defined_at: str) -> list[FoundFile]:
    """The bytes of a file, or of all files that a pattern matches in order of their names.

    Raises:
        UnreadableInputError: when there is none, or when one is empty or cannot be read.
    """
    return [FoundFile(path, _read(path, defined_at)) for path in _paths(pattern, folder, defined_at)]


def is_absent(pattern: str, folder: Path) -> bool:
    """Whether there is no such file, or none that the pattern matches."""
    path = folder / Path(pattern).expanduser()
    if any(character in path.name for character in "*?["):
        return not (path.parent.is_dir() and any(path.parent.glob(path.name)))
    return not path.exists()


def _paths(pattern: str, folder: Path, defined_at: str) -> list[Path]:
    path = folder / Path(pattern).expanduser()
    if not any(character in path.name for character in "*?["):
        return [path]
    found = sorted(path.parent.glob(path.name)) if path.parent.is_dir() else []
    if not found:
        raise UnreadableInputError(Problem(defined_at, f"no file matches {path}", _look_at(folder)))
    return found


def _read(path: Path, defined_at: str) -> bytes:
    """The bytes of one file, unless it is missing or empty."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise UnreadableInputError(Problem(defined_at, f"the file {path} is missing", _look_at(path.parent))) from None
    except OSError as error:
        raise UnreadableInputError(Problem(defined_at, f"the file {path} cannot be read: {error.strerror}")) from None
    if not data:
        raise UnreadableInputError(Problem(defined_at, f"the file {path} is empty (0 bytes)", "Export it again."))
    return data


def _look_at(folder: Path) -> str:
    """What lies where the file should be."""
    if not folder.is_dir():
        return f"The folder {folder} is missing too. Relative paths start at the setting `data` (TIEOUT_DATA)."
    names = sorted(path.name for path in folder.iterdir() if path.is_file())
    return f"The folder holds: {', '.join(names[:8])}{', ...' if len(names) > 8 else ''}" if names else ""


def unpack(file: FoundFile, defined_at: str) -> bytes:
    """The content of a file; gzip is taken off, whatever the file's name.

    Raises:
        UnreadableInputError: for a gzip file that is cut off or damaged.
    """
    if not file.data.startswith(GZIP_START):
        return file.data
    try:
        return gzip.decompress(file.data)
    except (EOFError, OSError, zlib.error) as error:
        said = "is cut off: its gzip data ends too early" if isinstance(error, EOFError) else f"is damaged: {error}"
        raise UnreadableInputError(
            Problem(defined_at, f"the file {file.path} {said}", "Copy or export it again.")
        ) from None


def decode(data: bytes, encoding: str | None, path: Path, defined_at: str) -> str:
    """Bytes as text: by the byte order mark, else by the encoding given, else as UTF-8.

    Raises:
        UnreadableInputError: with the first place that the encoding cannot read.
    """
    marked = next((name for mark, name in BYTE_ORDER_MARKS.items() if data.startswith(mark)), None)
    name = marked or encoding or "utf-8"
    try:
        return data.decode(name)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        found = f"line {line} of {path} is not {name}: byte 0x{data[error.start]:02X}, {error.reason}"
        fix = "Name the encoding, such as `encoding: windows-1252` or `encoding: utf-16`." if not encoding else ""
        raise UnreadableInputError(Problem(defined_at, found, fix)) from None

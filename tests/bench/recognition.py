"""`python -m tests.bench.recognition [FILE …]`: seconds, memory and scores of recognition, document by document; asserts nothing.

Without files: the documents in ../shared/documents and the three of the invented county. Each is read in a process of its
own, as `beteiligung documents extract` does. "wall" is the time of the whole process with Python's start, "cpu" its
processor time with that of its confined child, both in seconds; MB is the largest resident size of each of the two.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TESTS = Path(__file__).parents[1]
sys.path.insert(0, str(TESTS))
CODE = """
import json, resource, sys, time
from pathlib import Path
from beteiligung.catalogue.importer.extract import extract
found = extract(Path(sys.argv[1]))
both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
seconds = sum(use.ru_utime + use.ru_stime for use in both)
own, child = (use.ru_maxrss // 1024 for use in both)
print(json.dumps([seconds, own, child, [[c.quote, c.topic, c.location.char_start] for c in found.candidates],
                  [[b.text, b.char_start] for b in found.blocks if b.kind == "heading"]]))
"""


def measure(path: Path) -> tuple[float, list]:
    """Return the seconds of the whole process and what it printed."""
    begin = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", CODE, str(path)], capture_output=True, check=True, text=True)
    return time.perf_counter() - begin, json.loads(done.stdout)


def scored(path: Path, told: list, headings: list) -> str:
    """Return F1, atomicity and topics where the document is labelled."""
    from types import SimpleNamespace

    from catalogue.county.county import FILES, labels
    from catalogue.test_recognise_gold import LABELLED, SHARED, rows, score

    items = [SimpleNamespace(quote=quote, topic=topic, start=start) for quote, topic, start in told]
    kind = path.suffix[1:]
    if path.name.startswith("county") and kind in FILES:
        segments = [tuple(label) for label in labels(kind)]
    else:
        name, end = next(((name, end) for name, start, end in LABELLED if path.name.startswith(start)), ("", None))
        gold = SHARED / "gold" / f"{name}.jsonl"
        if not name or not gold.exists():
            return ""
        given = {row["id"]: row for row in rows(gold.with_name(f"labels_{name}.jsonl"))}
        segments = [(row["text"], given[row["id"]]["label"], given[row["id"]].get("topic", "")) for row in rows(gold) if row["id"]]
        stop = next((start for text, start in headings if end and text.split()[0] == end), float("inf"))
        items = [item for item in items if item.start < stop]
    result = score(segments, items)
    return f"{result['f1']:.3f}  {result['atomic']:.2f}  {result['topic']:.2f}"


def main() -> None:
    """Print one line a document."""
    from catalogue.county.county import write_docx, write_html, write_pdf
    from catalogue.test_recognise_gold import SHARED

    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(name) for name in sys.argv[1:]] or [
            *sorted(SHARED.glob("documents/*.txt")),
            write_pdf(Path(folder) / "county.pdf"),
            write_docx(Path(folder) / "county.docx"),
            write_html(Path(folder) / "county.html"),
        ]
        print(f"{'document':<14} {'found':>5} {'wall':>6} {'cpu':>5} {'MB':>4} {'child':>5}  F1     atomic topic")
        for path in paths:
            whole, (seconds, own, child, told, headings) = measure(path)
            print(f"{path.name[:14]:<14} {len(told):>5} {whole:>6.2f} {seconds:>5.2f} {own:>4} {child:>5}  {scored(path, told, headings)}")


if __name__ == "__main__":
    main()

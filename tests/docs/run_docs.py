#!/usr/bin/env python3
"""Runs the examples of README.md and docs/*.md as a reader would, and prints TAP.

Usage: run_docs.py PROJECT ONSET FILE...

The fenced blocks of one document are run in order in one fresh folder:
  ```onset            must pass `onset check --strict`, unless the block opens with `# wrong:` (then it must fail and name that text)
  ```onset file=NAME  is also saved under that name for the blocks that follow
  ```sh               is run by bash with `onset` on the PATH; the project's library/, examples/ and scripts/ can be reached by their names
  ```sql file=DB      is run by sqlite3 on that database and must give at least one row
  ```c file=PATH      must stand, word for word, in that file of the project
Blocks of another language, or none, are for reading. `scripts/test` (which runs this) and `git clone` are passed over.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

PROJECT = pathlib.Path(sys.argv[1]).resolve()
ONSET = pathlib.Path(sys.argv[2]).resolve()
SKIP = re.compile(r"^\s*(scripts/test|git clone)\b")


def blocks(text):
    """(line, language, options, body) of each fenced block."""
    for match in re.finditer(r"^```(\w+)([^\n]*)\n(.*?)^```", text, re.M | re.S):
        options = dict(item.split("=", 1) for item in match[2].split() if "=" in item)
        yield text[: match.start()].count("\n") + 1, match[1], options, match[3]


def run(command, folder, **more):
    env = dict(os.environ, PATH=f"{ONSET.parent}:{os.environ['PATH']}", ONSET_LIBRARY=str(PROJECT / "library"))
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=900, **more)


def check_onset(folder, options, body):
    path = folder / options.get("file", "example.onset")
    path.write_text(body)
    done = run([str(ONSET), "check", "--strict", path.name], folder)
    wrong = re.match(r"# wrong: (.*)", body)
    if wrong:
        return None if done.returncode == 1 and wrong[1] in done.stderr else f"expected the error '{wrong[1]}', got:\n{done.stderr}"
    return None if done.returncode == 0 else done.stderr or done.stdout


def check_sh(folder, options, body):
    lines = [line for line in body.splitlines() if not SKIP.match(line)]
    done = run(["bash", "-eu", "-c", "\n".join(lines)], folder)
    return None if done.returncode == 0 else f"exit code {done.returncode}\n{done.stdout}{done.stderr}"


def check_sql(folder, options, body):
    done = run(["sqlite3", "-bail", options["file"]], folder, input=body)
    if done.returncode != 0:
        return done.stderr
    return None if done.stdout.strip() else "the query gave no row"


def check_c(folder, options, body):
    return None if body.strip() in (PROJECT / options["file"]).read_text() else f"this is not in {options['file']}"


CHECKS = {"onset": check_onset, "sh": check_sh, "sql": check_sql, "c": check_c}


def main():
    number = failed = 0
    for name in sys.argv[3:]:
        document = PROJECT / name
        with tempfile.TemporaryDirectory() as temporary:
            folder = pathlib.Path(temporary)
            for shared in ("library", "examples", "scripts", "bench"):
                (folder / shared).symlink_to(PROJECT / shared)
            for line, language, options, body in blocks(document.read_text()):
                if language not in CHECKS:
                    continue
                wrong = CHECKS[language](folder, options, body)
                number += 1
                failed += wrong is not None
                print(f"{'not ok' if wrong else 'ok'} {number} - {name}:{line} {language}", flush=True)
                if wrong:
                    print("# " + wrong.strip().replace("\n", "\n# "), flush=True)
    print(f"1..{number}")
    return 1 if failed or number == 0 else 0


sys.exit(main())

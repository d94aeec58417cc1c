#!/usr/bin/env python3
# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""Holds the commands that docs/ and the READMEs show against the built commands: subcommands, options, values and arguments exist.

    examples.py --bin DIR

Blocks of code are read line by line as a shell would; what stands in the text between backticks has to name subcommands and options
that there are. The commands describe themselves (`--experimental-dump-help`), so nothing is run.
"""

import argparse
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAMS = ("quicflow", "quicflow-server")
SHELL = {"", "sh", "bash", "console"}
# What ends a command, or leads somewhere else.
ENDS = {"|", "||", "&&", ";", "&", ">", ">>", "<", "2>", "<<", "#", ")", "do", "done"}
# Words that stand for others: NAME, …, [x], {a,b}, <id>, a|b.
PLACEHOLDER = re.compile(r"[A-Z][A-Z0-9_]*$|.*[…\[\]{}<>|].*|主机.*|名称.*|文件.*")


class Command:
    """One command or subcommand, as it describes itself."""

    def __init__(self, description: dict, path: str):
        self.path = path
        self.subcommands = {one["commandName"]: one for one in description.get("subcommands", [])}
        # Where nothing is named, or something else.
        self.standard = description.get("defaultSubcommand")
        self.options, self.positions = {}, []
        for item in description.get("arguments", []):
            if item["kind"] == "positional":
                self.positions.append(item)
            for name in item.get("names") or []:
                dashes = "--" if name["kind"] == "long" else "-"
                self.options[dashes + name["name"]] = item

    def subcommand(self, word: str) -> "Command":
        return Command(self.subcommands[word], f"{self.path} {word}")


def is_placeholder(word: str) -> bool:
    return bool(PLACEHOLDER.match(word))


def find(command: Command, words: list[str]) -> tuple[Command, list[str], str | None]:
    """The innermost command, what follows its name, and what is wrong with the way there."""
    while words and command.subcommands:
        word = words[0]
        if word.startswith("-") or is_placeholder(word):
            break
        if word not in command.subcommands and command.standard:
            return command.subcommand(command.standard), words, None
        if word not in command.subcommands:
            return command, words, f"there is no '{command.path} {word}'"
        command, words = command.subcommand(word), words[1:]
    return command, words, None


def fault(command: Command, words: list[str], is_whole: bool) -> str | None:
    """What the parser would say, without the values of placeholders."""
    command, words, why = find(command, words)
    if why:
        return why
    if command.subcommands and (words or is_whole) and "--version" not in words and "--help" not in words:
        if words and words[0] in command.options:
            return None
        if is_whole:
            return f"'{command.path}' has to say which of its subcommands"
    positions, index = [], 0
    while index < len(words):
        word = words[index]
        index += 1
        if word == "--":
            positions += words[index:]
            break
        if not word.startswith("-") or word == "-" or re.match(r"-\d", word):
            positions.append(word)
            continue
        name, equals, value = word.partition("=")
        if is_placeholder(name):
            continue
        if name not in command.options and re.match(r"-[a-z]{2,}$", name):
            name = name[:2]
        if name not in command.options:
            if name in ("--help", "-h", "--version", "--language", "--generate-completion-script"):
                index += 0 if name in ("--help", "-h", "--version") or equals else 1
                continue
            return f"'{command.path}' has no option {name}"
        option = command.options[name]
        if option["kind"] != "option":
            continue
        if not equals:
            if index >= len(words):
                if is_whole:
                    return f"{name} of '{command.path}' has no value"
                break
            value = words[index]
            index += 1
        known = option.get("allValues")
        if known and not is_placeholder(value) and value.strip("\"'") not in known:
            return f"{name} of '{command.path}' is none of {', '.join(known)}: {value}"
    if not is_whole or any(is_placeholder(word) and ("…" in word or "[" in word) for word in words):
        return None
    repeats = any(one.get("isRepeating") for one in command.positions)
    needed = sum(not one.get("isOptional") for one in command.positions)
    if len(positions) < needed:
        return f"'{command.path}' needs {needed} arguments, and has {len(positions)}"
    if not repeats and len(positions) > len(command.positions):
        return f"'{command.path}' takes {len(command.positions)} arguments, and has {len(positions)}: {positions}"
    return None


def commands_of(line: str):
    """The commands of one line of a shell, each without what it is written into."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>()")
    lexer.whitespace_split = True
    words, found = list(lexer), []
    for word in words + [";"]:
        if word in ENDS or re.fullmatch(r"[|&;<>()]+", word):
            if found:
                yield found
            found = None if word in (">", ">>", "<", "2>", "<<") else []
        elif found is None:
            # The name of a file.
            found = None
        else:
            found.append(word)


def program(words: list[str]) -> int | None:
    """Where the name of one of ours is, behind `$`, `sudo`, variables and the like."""
    for index, word in enumerate(words):
        if word.rsplit("/", 1)[-1] in PROGRAMS:
            return index
        if word not in ("$", "sudo", "exec", "env", "time", "nohup", "watch") and "=" not in word and not (
            index and words[0] == "sudo"
        ):
            return None
    return None


def blocks(text: str):
    """Lines of shell in blocks of code, with their numbers; continued ones as one."""
    language, begin, kept = None, 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("```"):
            language = None if language is not None else line.strip()[3:].strip()
            kept = ""
            continue
        if language not in SHELL:
            continue
        begin = begin if kept else number
        kept += line.strip()
        if kept.endswith("\\"):
            kept = kept[:-1]
            continue
        yield begin, kept
        kept = ""


def spans(text: str):
    """What stands between backticks outside of blocks, with its line."""
    is_code = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("```"):
            is_code = not is_code
        elif not is_code:
            for span in re.findall(r"`([^`]+)`", line):
                yield number, span.replace("\\|", "|")


def described(binary: Path) -> Command:
    done = subprocess.run([binary, "--experimental-dump-help"], capture_output=True, text=True, check=True, timeout=300)
    return Command(json.loads(done.stdout)["command"], binary.name)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    directory = Path(parser.parse_args().bin)
    known = {name: described(directory / name) for name in PROGRAMS}
    faults, count = [], 0
    pages = sorted((ROOT / "docs").glob("*.md")) + [ROOT / "README.md", ROOT / "README.zh-CN.md", ROOT / "CONTRIBUTING.md"]
    for page in pages:
        text = page.read_text()
        checked = []
        for number, line in blocks(text):
            try:
                for words in commands_of(line.removeprefix("$ ")):
                    at = program(words)
                    if at is not None:
                        checked.append((number, words[at:], True))
            except ValueError as error:
                if re.match(r"(\$ |sudo )*quicflow(-server)? [a-z-]", line):
                    faults.append(f"{page.name}:{number}: {error}: {line}")
        # A record of decisions speaks of what was, too.
        for number, span in spans(text) if page.name != "decisions.md" else ():
            words = span.split()
            if not words or words[0] not in PROGRAMS or len(words) == 1:
                continue
            cut = next((index for index, word in enumerate(words) if word in ENDS), len(words))
            head = words[:cut]
            # `task versions|shift|lint` is three commands.
            alternatives = [head]
            for index, word in enumerate(head):
                if re.fullmatch(r"[a-z-]+(\|[a-z-]+)+", word):
                    alternatives = [head[:index] + [one] for one in word.split("|")]
                    break
            checked += [(number, one, False) for one in alternatives]
        for number, words, is_whole in checked:
            count += 1
            why = fault(known[words[0].rsplit("/", 1)[-1]], words[1:], is_whole)
            if why:
                faults.append(f"{page.name}:{number}: {why}\n    {' '.join(words)}")
    for one in faults:
        print(one)
    print(f"{count - len(faults)} passed, {len(faults)} failed")
    # A reader that finds nothing would pass.
    return 1 if faults or count < 100 else 0


if __name__ == "__main__":
    sys.exit(main())

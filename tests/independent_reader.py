#!/usr/bin/env python3
"""Prints every active element of XML files as JSON: its path of local names, attributes and own text.

Python's expat shares no code with the parsers that the tool uses, so what it reads is a second opinion. Comments are
not elements: what stands in one is not printed. One list per file. Usage: independent_reader.py FILE...
"""
import json
import sys
import xml.parsers.expat


def elements(data):
    found, stack = [], []

    def start(name, attributes):
        local = name.rsplit(" ", 1)[-1]
        path = (stack[-1]["path"] if stack else "") + "/" + local
        element = {"path": path, "attributes": attributes, "text": ""}
        stack.append(element)
        found.append(element)

    def end(_name):
        stack.pop()

    def text(data):
        stack[-1]["text"] += data

    parser = xml.parsers.expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.Parse(data, True)
    return found


def read(name):
    with open(name, "rb") as file:
        return elements(file.read())


if __name__ == "__main__":
    json.dump([read(name) for name in sys.argv[1:]], sys.stdout)

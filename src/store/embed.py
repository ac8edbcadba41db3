"""Writes a text file as a C array of bytes, with a NUL at the end: embed.py INPUT OUTPUT NAME

An array, since compilers need not take string literals of more than 4095 characters."""
import sys

with open(sys.argv[1], "rb") as file:
    data = file.read() + b"\0"
with open(sys.argv[2], "w", encoding="ascii") as file:
    file.write(f"/* made from {sys.argv[1].rsplit('/', 1)[-1]}, do not edit */\nstatic const char {sys.argv[3]}[] = {{\n")
    for start in range(0, len(data), 24):
        file.write("    " + ", ".join(str(byte if byte < 128 else byte - 256) for byte in data[start : start + 24]) + ",\n")
    file.write("};\n")

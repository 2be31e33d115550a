"""What a message is: its shape, limits, checks, edits, markup and payloads.

Pure Python: no Django, no input or output. Everything here takes and returns plain values.
"""

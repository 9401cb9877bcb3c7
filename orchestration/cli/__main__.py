"""`python -m orchestration.cli`: the same as `planstat`."""

from .commands import program

if __name__ == "__main__":
    program()

"""``python -m gradeprop``: the command, where its folder is not on PATH."""

from gradeprop.cli.main import main

if __name__ == "__main__":
    main()

"""`python -m patina_cli` is `patina`."""

from patina_cli.main import main

if __name__ == "__main__":
    main()

# package: click
"""A command with subcommands, one of which uses processes; tried in a runner and as a process."""

import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor

import click
from click.testing import CliRunner


def is_prime(number):
    return number > 1 and all(number % divisor for divisor in range(2, int(number ** 0.5) + 1))


@click.group()
@click.version_option("1.2", prog_name="numbers")
@click.option("--verbose/--quiet", default=False, help="Say more.")
@click.pass_context
def cli(context, verbose):
    """Does things with numbers."""
    context.obj = verbose


@cli.command()
@click.argument("numbers", nargs=-1, type=click.IntRange(min=0), required=True)
@click.option("--workers", "-w", default=2, show_default=True, envvar="WORKERS")
@click.pass_obj
def primes(verbose, numbers, workers):
    """Prints the primes among NUMBERS."""
    with ProcessPoolExecutor(workers) as executor:
        for number, prime in zip(numbers, executor.map(is_prime, numbers)):
            if prime or verbose:
                click.secho(f"{number}: {'prime' if prime else 'not prime'}", fg="green" if prime else "red")


@cli.command()
@click.option("--name", prompt="Your name")
@click.option("--colour", type=click.Choice(["red", "blue"]), default="red")
@click.argument("file", type=click.File("r"))
def greet(name, colour, file):
    """Greets."""
    click.echo(f"{file.read().strip()}, {name}! {colour}")


def main():
    runner = CliRunner()
    for arguments in (["--help"], ["primes", "--help"], ["--verbose", "primes", "7", "8", "9973"], ["primes", "-1"],
                      ["nothing"], ["greet", "--colour", "green", "-"], ["--version"]):
        result = runner.invoke(cli, arguments)
        print(result.exit_code, result.output)
    with runner.isolated_filesystem():
        with open("hello.txt", "w") as file:
            file.write("Hello\n")
        print(runner.invoke(cli, ["greet", "hello.txt"], input="Ann\n").output)
    for arguments in ["primes", "-w", "1", "10", "11"], ["primes", "x"]:
        found = subprocess.run([sys.executable, __file__, *arguments], capture_output=True, text=True)
        print(found.returncode, found.stdout, found.stderr)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        cli()
    main()

"""`python -m benchmarks NAME [--json OUT]`: ours and its baselines, alternately in one run; prints medians, spread and ratios.

A benchmark is a module here, listed in `benchmarks.__main__.NAMES`, with one function:

    def run(arguments: Sequence[str]) -> Result

It builds `Case`s (a name, something to call, how many operations one call does), gives each group of them to
`measure.alternate`, which returns a `Table`, and returns a `Result` of tables and notes. `arguments` are what stood behind
the name on the command line, for benchmarks that read files. Nothing is asserted: a figure is printed, not judged. A
baseline that is not installed is left out with a note that says so.
"""

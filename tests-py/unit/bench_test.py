"""What the benchmark makes of its measurements, which takes no measuring."""

import contextlib
import io
import math
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "bench"))

import compare
import everyday_bench
import everyday_report
import memory
from everyday_bench import FOLDER, LENGTHS, MODES, SIZES, Mode
from everyday_report import CPYTHON, Figures, Measurement, crossover
from report import chart


def figures():
    """Two programs in two rounds: `a` is overtaken at 2 s, `b` never, and was not run without an image."""
    return Figures(
        [
            Measurement("a", 1, CPYTHON, 1.1, 0.9, 10),
            Measurement("a", 1, CPYTHON, 1.0, 1.0, 12),
            Measurement("a", 1, "none", 1.9, 1.5, 300),
            Measurement("a", 1, "none", 2.1, 1.7, 500),
            Measurement("a", 4, CPYTHON, 4.0, 4.0, 20),
            Measurement("a", 4, "none", 2.0, 1.0, 600),
            Measurement("b", 1, CPYTHON, 2.0, 2.0, 10),
            Measurement("b", 1, "image", 8.0, 6.0, 700),
        ]
    )


NO_IMAGE = Mode("none", "no image")
IMAGE = Mode("image", "image")


class Crossovers(unittest.TestCase):
    def test_is_interpolated_where_the_ratio_passes_one(self):
        self.assertAlmostEqual(2.0, crossover([(1, 2.0), (4, 0.5)]))
        self.assertAlmostEqual(1.0, crossover([(0.1, 10), (10, 0.1)]))

    def test_is_zero_if_it_is_slower_nowhere(self):
        self.assertEqual(0, crossover([(0.1, 1.0), (1, 0.5)]))

    def test_is_infinite_if_it_is_slower_at_the_longest(self):
        self.assertEqual(math.inf, crossover([(0.1, 0.5), (1, 1.01)]))

    def test_counts_the_last_point_at_which_it_is_slower(self):
        self.assertAlmostEqual(5.0, crossover([(4, 2.0), (1, 0.5), (0.1, 9.0), (6.25, 0.5)]))


class Reports(unittest.TestCase):
    def test_medians_are_those_of_rounds(self):
        self.assertEqual(2.0, figures().median("a", 1, "none", "first"))
        self.assertAlmostEqual(1.6, figures().ratio("a", 1, "none", "third"))
        self.assertEqual(400, figures().median("a", 1, "none", "memory"))
        self.assertEqual(1.0, figures().cpython("a", 1))
        self.assertIsNone(figures().ratio("b", 1, "none", "first"))

    def test_table_by_length(self):
        self.assertEqual(
            [
                "| polyproc's time : CPython's | script of 1 s | script of 4 s |",
                "|---|--:|--:|",
                "| no image, 1st run | **2** (2–2) | **0.5** (0.5–0.5) |",
                "| no image, 3rd run | **1.6** (1.6–1.6) | **0.25** (0.25–0.25) |",
                "| image, 1st run | **4** (4–4) | – |",
                "| image, 3rd run | **3** (3–3) | – |",
            ],
            everyday_report.by_length(figures(), [NO_IMAGE, IMAGE], (1, 4)).splitlines(),
        )

    def test_table_of_crossovers(self):
        lines = everyday_report.crossovers(figures(), [NO_IMAGE, IMAGE]).splitlines()
        self.assertEqual(["| a | 2 | 1.42 | – | – |", "| b | – | – | above 4 | above 4 |"], lines[2:])

    def test_table_of_programs(self):
        lines = everyday_report.by_program(figures(), NO_IMAGE).splitlines()
        self.assertEqual("| a | 1 | 1 | 2 | 2 | 1.6 | 1.6 | 11 | 400 |", lines[2])
        self.assertEqual("| b | 4 |  |  |  |  |  |  |  |", lines[5])

    def test_text_begins_with_the_table_by_length(self):
        text = everyday_report.text(figures(), [NO_IMAGE, IMAGE])
        self.assertTrue(text.startswith(everyday_report.by_length(figures(), [NO_IMAGE, IMAGE], [1, 4])), text)

    def test_chart_leads_with_the_bars(self):
        bars = everyday_report.bars(figures(), [NO_IMAGE, IMAGE])
        self.assertEqual(
            [("programs of 1 s, no image", 0.5), ("programs of 4 s, no image", 2.0), ("programs of 1 s, image", 0.25)],
            [(bar.title, bar.speed) for bar in bars],
        )
        self.assertIn("2x · 3rd run 4x", chart(bars, "a machine"))

    def test_document_is_updated_in_its_place_only(self):
        place = f"before\n{everyday_report.BEGIN}\nold\n{everyday_report.END}\nafter\n"
        once = everyday_report.updated(place, "| new |")
        self.assertEqual(place.replace("\nold\n", "\n\n| new |\n\n"), once)
        self.assertEqual(once, everyday_report.updated(once, "| new |"))
        with self.assertRaises(ValueError):
            everyday_report.updated("no place", "| new |")


class Choices(unittest.TestCase):
    def test_every_program_has_a_size_for_each_length(self):
        self.assertEqual(
            sorted(name + ".py" for name in SIZES), sorted(name for name in os.listdir(FOLDER) if name.endswith(".py"))
        )
        for program, sizes in SIZES.items():
            self.assertEqual(len(LENGTHS), len(sizes), program)
            self.assertEqual(sorted(set(sizes)), list(sizes), program)

    def test_options_choose(self):
        options = compare.parse(
            ["everyday", "--programs", "primes,nbody", "--lengths", "1,0.1", "--modes", "none", "--mode", "mine A=1 B=x=y"]
        )
        self.assertEqual((["everyday"], ["nbody", "primes"], [0.1, 1]), (options.areas, options.programs, options.lengths))
        self.assertEqual([MODES[-1], Mode("mine", "mine", {"A": "1", "B": "x=y"})], options.modes + options.mode)

    def test_all_by_default_and_everyday_first(self):
        options = compare.parse([])
        self.assertEqual("everyday", options.areas[0])
        self.assertEqual((list(SIZES), list(LENGTHS), list(MODES)), (options.programs, options.lengths, options.modes))

    def test_what_is_unknown_is_an_error(self):
        for text, known in ("x", ["a"]), ("a,x", ["a"]), ("", ["a"]):
            with self.assertRaises(ValueError):
                everyday_bench.chosen(text, known)
        with self.assertRaises(ValueError):
            everyday_bench.own_mode("mine A")


class Outputs(unittest.TestCase):
    class Bench:
        """Prints what it is told to."""

        def __init__(self, *outputs):
            self.outputs = list(outputs)

        def timed(self, script, size):
            return self.outputs.pop(0), 1.0

        def peak_memory(self, script, size):
            return self.outputs.pop(0), 50.0

    def failures(self, ours, theirs=("x", "x", "x")):
        bench = everyday_bench.EverydayBench(self.Bench(*theirs), "polyproc", ())
        bench._benches["ours"] = self.Bench(*ours)
        with contextlib.redirect_stderr(io.StringIO()):
            bench.run_round(["nbody"], [1])
        bench.__exit__()
        return bench.failures, [one.mode for one in bench.measurements]

    def test_equal_outputs_are_no_failure(self):
        self.assertEqual(([], [CPYTHON, "ours"]), self.failures(["x", "x", "x"]))

    def test_a_run_that_prints_something_else_is_a_failure_and_no_measurement(self):
        for run in range(3):
            outputs = ["x", "x", "x"]
            outputs[run] = "y"
            self.assertEqual((["nbody, 1 s: ours printed something else"], [CPYTHON]), self.failures(outputs))

    def test_a_run_that_fails_is_a_failure_and_no_measurement(self):
        for outputs in [None], ["x", None, "x"], ["x", "x", None]:
            self.assertEqual((["nbody, 1 s: ours failed"], [CPYTHON]), self.failures(outputs))


class Memory(unittest.TestCase):
    def test_this_process_has_memory(self):
        self.assertGreater(memory.of(os.getpid()), 1)


if __name__ == "__main__":
    unittest.main()

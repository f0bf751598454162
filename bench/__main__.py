"""`python -m bench`: measures, prints the table, and writes it to bench/results.md."""

from __future__ import annotations

from pathlib import Path

from bench.arithmetic import machine, measured, table


def main() -> None:
    lines = measured()
    for line in lines:
        print(f"{line.name:42}", *(f"{cost:12,.0f} ns" for cost in line.cost.values()))
    text = "\n".join(["# Working-day arithmetic, how many times slower than duban", "", machine(), "", *table(lines)])
    print(f"\n{text}")
    (Path(__file__).parent / "results.md").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""What a run prints: a table of figures a size, the targets, growth."""

from typing import Any

from targets import GROWTH, MEMORY_LIMIT, MEMORY_ROW, TARGETS, median, paired, verdict

__all__ = ["print_growth", "print_rows", "print_targets"]

_BASE = "git status"


def print_rows(size: str, measured: dict[str, Any]) -> None:
    """Medians of one size."""
    rows = measured["rows"]
    base = rows.get(_BASE, {}).get("wall")
    print(f"\n{size}: {measured['files']} files, {measured['jobs']} jobs, {measured['rounds']} rounds, medians")
    print(f"  {'':34}{'wall ms':>9}{'CPU ms':>9}{'peak MB':>9}{'× git status':>14}")
    for name, row in rows.items():
        cpu = f"{median(row['cpu']) * 1000:.0f}" if row["cpu"] else ""
        memory = f"{row['memory'] / 1e6:.0f}" if row["memory"] else ""
        ratio = f"{median(paired(row['wall'], base)):.2f}" if base else ""
        print(f"  {name:34}{median(row['wall']) * 1000:9.0f}{cpu:>9}{memory:>9}{ratio:>14}")


def print_targets(sizes: dict[str, Any]) -> None:
    """Each target at each size it is set for and that was measured.

    Wall time decides. CPU time is told beside it: on a busy machine it is the steadier of the two.
    """
    print(f"\n  {'ratio':58}{'size':>6}{'must':>7}{'aim':>7}{'wall':>7}  {'middle half':15}{'CPU':>6}")
    for target in TARGETS:
        for size, must in target.must.items():
            rows = sizes.get(size, {}).get("rows", {})
            if target.of not in rows or target.against not in rows:
                continue
            ratios = paired(rows[target.of]["wall"], rows[target.against]["wall"])
            aim = target.aim[size]
            low, high = ratios[len(ratios) // 4], ratios[-1 - len(ratios) // 4]
            what, middle = f"{target.of} / {target.against}", f"{low:.2f} to {high:.2f}"
            effort = (
                [median(paired(rows[target.of]["cpu"], rows[target.against]["cpu"]))] if rows[target.of]["cpu"] else []
            )
            cpu = "".join(f"{ratio:6.2f}" for ratio in effort) or " " * 6
            said = verdict(median(ratios), must, aim)
            print(f"  {what:58}{size:>6}{must:7.2f}{aim:7.2f}{median(ratios):7.2f}  {middle:15}{cpu}  {said}")
    for size, measured in sizes.items():
        if MEMORY_ROW in measured["rows"]:
            peak = measured["rows"][MEMORY_ROW]["memory"]
            what = f"{MEMORY_ROW}: peak MB"
            said = verdict(peak, MEMORY_LIMIT, None)
            print(f"  {what:58}{size:>6}{MEMORY_LIMIT / 1e6:7.0f}{'':7}{peak / 1e6:7.0f}{'':23}  {said}")


def print_growth(sizes: dict[str, Any]) -> None:
    """How each command's time grows between two sizes."""
    for small, large in GROWTH:
        if small not in sizes or large not in sizes:
            continue
        limit = sizes[large]["jobs"] / sizes[small]["jobs"]
        print(f"\n  growth from {small} to {large} (linear: {limit:.0f})")
        before, after = sizes[small]["rows"], sizes[large]["rows"]
        for name in before:
            if name in after and name not in (_BASE, "20 handshakes", "20 python -c pass"):
                growth = median(after[name]["wall"]) / median(before[name]["wall"])
                print(f"  {name:34}{growth:7.1f}  {verdict(growth, limit, None)}")

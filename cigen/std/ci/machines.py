"""The machines that a job runs on."""

from cigen.sdk import Job, Runner, is_windows

__all__ = ["keeps_proofs", "on_windows", "runners_of"]


def runners_of(job: Job) -> tuple[Runner, ...]:
    """The machines of a job, each once: those of its legs where the matrix chooses."""
    if job.machine is not None:
        return (job.machine,)
    legs = job.matrix.legs if job.matrix else ()
    return tuple(dict.fromkeys(leg.runner for leg in legs if leg.runner is not None))


def on_windows(job: Job) -> bool:
    """Whether the job, or one of its legs, runs on Windows."""
    return any(map(is_windows, runners_of(job)))


def keeps_proofs(job: Job) -> bool:
    """Whether `cig` runs where the job does, or one of its legs."""
    runners = runners_of(job)
    return not runners or not all(map(is_windows, runners))

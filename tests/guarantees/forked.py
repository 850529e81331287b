"""Source of a script that forks after it has trained once: imports would take most of the time of many processes."""

# A fork goes on behind in_forks() with its own job, and ends as any script does; the parent gets all exit codes.
IN_FORKS = """
def in_forks(jobs, watch=lambda child, job, seconds: None, at_once=2):
    waiting, running, codes = list(enumerate(jobs)), {}, {}
    while waiting or running:
        if waiting and len(running) < at_once:
            number, job = waiting.pop(0)
            child = os.fork()
            if child == 0:
                return job, None
            running[child] = number, job, time.monotonic()
        ended, status = os.waitpid(-1, os.WNOHANG)
        if ended:
            codes[running.pop(ended)[0]] = os.waitstatus_to_exitcode(status)
        for child, (_, job, begun) in running.items():
            watch(child, job, time.monotonic() - begun)
        time.sleep(0.005)
    return None, [codes[number] for number in sorted(codes)]

def own_files(name):
    for number, stream in ((1, "output"), (2, "errors")):
        os.dup2(os.open(f"{name}.{stream}", os.O_WRONLY | os.O_CREAT), number)
    os.environ["MLFLOW_PITFALLS_SPOOL_DIR"] += f"-{name}"
"""

"""Starts daemons fast: it has everything imported and forks one per line it hears, so that a start costs no second.

`python nursery.py LOG`: each line on stdin starts `duban run`, and the process id comes back on stdout.
"""

import os
import signal
import sys


def main(log: str) -> None:
    import scheduler.cli.run
    import scheduler.journal
    import scheduler.mailing.smtp
    from scheduler.cli import main as duban

    assert scheduler.cli.run
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them: they are killed
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            into = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(into, 1)
            os.dup2(into, 2)
            sys.argv = ["duban", "run"]
            try:
                duban()
            finally:
                os._exit(0)
        print(child, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])

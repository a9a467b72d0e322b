"""What a thread is for, by the functions that such threads run."""

from _polyproc.observation.calls import pids_of


def _is_dispatcher(facts, call, pools):
    dispatcher = call.local("self")
    if dispatcher is None or not hasattr(dispatcher, "_manager"):
        return
    facts["role"] = "pool dispatcher"
    workers = list(dispatcher._workers)
    pools.append(
        {
            "kind": "pool",
            "size": int(dispatcher._manager.size),
            "jobs": len(dispatcher._cache),
            "waiting": int(dispatcher._backlog.count()),
            "done": dispatcher.done_by_former + sum(worker.done for worker in workers),
            "workers": [
                {
                    "pid": int(worker.process.pid),
                    "held": int(worker.count),
                    "done": int(worker.done),
                    "ready": bool(worker.ready),
                }
                for worker in workers
            ],
        }
    )
    facts["pids"] = pids_of([worker.process for worker in workers])


def _is_executor(facts, call, pools):
    manager = call.local("self")
    processes = getattr(manager, "processes", None)
    if processes is None:
        return
    facts["role"] = "executor manager"
    facts["pids"] = [int(pid) for pid in list(processes)]
    pending = len(manager.pending_work_items)
    pool = {
        "kind": "executor",
        "size": len(processes),
        "jobs": pending,
        "waiting": int(pending),
        "workers": [{"pid": pid} for pid in facts["pids"]],
    }
    executor = manager.executor_reference()
    if executor is not None:
        pool["done"] = int(executor._queue_count) - pending
    pools.append(pool)


def _is_service(role):
    def note(facts, call, pools):
        facts["role"] = role

    return note


ROLES = {
    ("_polyproc/pool/dispatcher.py", "_run"): _is_dispatcher,
    ("_polyproc/pool/worker_main.py", "run"): _is_service("pool worker"),
    ("concurrent/futures/process.py", "run"): _is_executor,
    ("concurrent/futures/process.py", "_process_worker"): _is_service("executor worker"),
    ("multiprocessing/managers.py", "serve_forever"): _is_service("manager"),
    ("multiprocessing/managers.py", "accepter"): _is_service("manager"),
    ("multiprocessing/managers.py", "handle_request"): _is_service("manager"),
    ("multiprocessing/managers.py", "serve_client"): _is_service("manager"),
    ("_polyproc/pool/feeder.py", "_run"): _is_service("pool feeder"),
    ("multiprocessing/pool.py", "_handle_workers"): _is_service("pool handler"),
    ("multiprocessing/pool.py", "_handle_tasks"): _is_service("pool handler"),
    ("multiprocessing/pool.py", "_handle_results"): _is_service("pool handler"),
}

# conformance: settings of the garbage collector, as programs make them before they fork
import gc
import multiprocessing as mp


def show(who):
    print(who, gc.isenabled(), gc.get_threshold(), gc.garbage, flush=True)


def child():
    show('child')
    gc.enable()
    gc.set_threshold(700, 10)
    print(gc.get_threshold(), gc.collect() >= 0)


if __name__ == '__main__':
    show('at first')
    gc.disable()
    gc.set_threshold(50_000, 20, 30)
    gc.freeze()
    p = mp.get_context('fork').Process(target=child)
    p.start()
    p.join()
    gc.unfreeze()
    gc.set_threshold(900)
    show('at last')
    print(p.exitcode, gc.get_freeze_count())
    for bad in ((), ('a',), (1, 2, 3, 4)):
        try:
            gc.set_threshold(*bad)
        except TypeError as e:
            print(type(e).__name__)

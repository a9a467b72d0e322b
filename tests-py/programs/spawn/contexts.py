# conformance: start methods and contexts: names, defaults, errors
import multiprocessing as mp
from multiprocessing import context


def attempt(label, action):
    try:
        print(label, '->', action())
    except Exception as error:
        print(label, '->', type(error).__module__, type(error).__name__, error)


print(mp.get_all_start_methods(), mp.get_start_method(allow_none=True))
print(mp.get_start_method(), mp.get_start_method(allow_none=True))
attempt('unknown', lambda: mp.get_context('xyz'))
attempt('unknown', lambda: mp.set_start_method('xyz', force=True))
attempt('second', lambda: mp.set_start_method('spawn'))
attempt('forced', lambda: mp.set_start_method('spawn', force=True))
print(mp.get_start_method(), type(mp.Process()).__name__, mp.get_context().__class__.__name__)
attempt('none', lambda: mp.set_start_method(None, force=True))
print(mp.get_start_method(allow_none=True), mp.get_start_method())

for method in mp.get_all_start_methods():
    ctx = mp.get_context(method)
    print(method, type(ctx).__name__, ctx.get_start_method(), ctx.Process.__name__,
          ctx.Process._start_method, ctx is mp.get_context(method), ctx.get_context() is ctx)
    attempt('fixed', lambda: ctx.set_start_method('fork'))
    print(ctx.cpu_count() == mp.cpu_count() > 0, ctx.current_process().name, ctx.active_children())

print(issubclass(mp.ProcessError, Exception), mp.TimeoutError.__mro__[1].__name__,
      mp.BufferTooShort.__mro__[1].__name__, mp.AuthenticationError.__mro__[1].__name__)
print(mp.ProcessError is context.ProcessError, mp.TimeoutError is TimeoutError)
print(mp.freeze_support(), mp.parent_process(), mp.current_process() is mp.current_process())
attempt('preload', lambda: mp.set_forkserver_preload([1]))
attempt('preload', lambda: mp.set_forkserver_preload(['__main__']))
print(sorted(name for name in mp.__all__))
print(mp.get_logger().name, mp.get_logger().level, mp.get_logger().handlers)
print(mp.reducer.ForkingPickler.__name__, mp.SUBDEBUG, mp.SUBWARNING)

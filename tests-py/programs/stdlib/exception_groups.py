# conformance: except* handles the parts of a group, in scripts and in modules
# exit: 1
# stderr: recorded
import asyncio
import sys

log = []


def leaves(error):
    if isinstance(error, BaseExceptionGroup):
        return [error.message, *map(leaves, error.exceptions)]
    return repr(error)


def group():
    return ExceptionGroup("eg", [ValueError(1), TypeError(2), ExceptionGroup("nested", [OSError(3), ValueError(4)])])


def handle(make, how):
    try:
        try:
            made = make()
            if made is not None:
                raise made
        except* ValueError as e:
            log.append(("values", leaves(e), sys.exception() is e))
            if how == "raises":
                raise KeyError("new")
            if how == "again":
                raise
        except* (TypeError, KeyError):
            log.append(("types", leaves(sys.exception())))
            if how == "raises":
                raise RuntimeError("another") from None
            if how == "again":
                raise
        else:
            log.append("nothing")
        finally:
            log.append("finally")
    except BaseException as e:
        print(how, leaves(e), e.__context__, [part.__context__ and leaves(part.__context__) for part in getattr(e, "exceptions", ())][:1])
    print(log, "e" in locals())
    log.clear()


for how in "passes", "again", "raises":
    handle(group, how)
    handle(lambda: ValueError("naked"), how)
    handle(lambda: OSError("not caught"), how)
    handle(lambda: None, how)


def wrong(kind):
    try:
        raise ValueError
    except* kind:
        pass


for kind in ExceptionGroup, int, (ValueError, BaseExceptionGroup), "text":
    try:
        wrong(kind)
    except TypeError as e:
        print(e)


def within_a_loop():
    for number in range(3):
        try:
            if number == 1:
                continue
            raise ExceptionGroup("loop", [ValueError(number)])
        except* ValueError as e:
            for part in e.exceptions:
                if part.args == (2,):
                    break

                def nested():
                    return part.args

                print(nested())
        finally:
            print("end of", number)


within_a_loop()


def nested_statements():
    try:
        try:
            raise group()
        except* OSError as e:
            print("inner", leaves(e))
            try:
                raise ExceptionGroup("inner", [IndexError(5)])
            except* IndexError as other:
                print("within", leaves(other), leaves(e))
    except* Exception as e:
        print("outer", leaves(e))


nested_statements()


async def fail(error):
    await asyncio.sleep(0)
    raise error


async def tasks():
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fail(ValueError("one")))
            group.create_task(fail(KeyError("two")))
    except* ValueError as e:
        print("task", leaves(e))
    except* KeyError as e:
        print("task", leaves(e))


asyncio.run(tasks())


class Holder:
    try:
        raise ExceptionGroup("in a class", [ValueError()])
    except* ValueError as e:
        found = leaves(e)


print(sorted(name for name in vars(Holder) if "_" not in name), [name for name in globals() if name.startswith("_caught")])


def uncaught():
    try:
        raise ExceptionGroup("left", [ValueError(1), TypeError(2)])
    except* ValueError:
        pass


uncaught()

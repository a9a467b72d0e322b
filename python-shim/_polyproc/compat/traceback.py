"""`traceback`: the frames that a program sees are its own, and `clear_frames` ends no program of GraalPy 25.0.3."""
# Serves: `traceback`, which must not meet frames of other threads

import sys
import traceback

import _polyproc


def install():
    """Replaces functions of `traceback`."""
    traceback.clear_frames = clear_frames
    hide_own_frames()


def hide_own_frames():
    """Lets the module `traceback`, and so `logging`, show the program's frames, and none of what stands for built-ins.

    Of the stack, none of what runs the program is shown either.
    """
    walk = traceback._walk_tb_with_full_positions
    walk_stack = traceback.walk_stack

    def walk_traceback(tb):
        shown = [entry for entry in walk(tb)]
        programs = [entry for entry in shown if not _is_of_runtime(entry[0])]
        # An error of ours shows where it is.
        return iter(programs or shown)

    def walk_frames(f):
        if f is None:
            f = sys._getframe(2)
        return (entry for entry in walk_stack(f) if not _is_of_runtime(entry[0]))

    walk_frames.__name__ = walk_frames.__qualname__ = "walk_stack"
    walk_frames.__module__ = "traceback"
    traceback._walk_tb_with_full_positions = walk_traceback
    traceback.walk_stack = walk_frames


def _is_of_runtime(frame):
    return frame.f_code.co_filename.startswith(_polyproc.folder)


def clear_frames(tb):
    """Clear all references to local variables in the frames of a traceback."""
    while tb is not None:
        try:
            # GraalPy has no frame for one that is on another thread's stack: the name is then unbound, and
            # without a name the program would end by a NullPointerException.
            frame = tb.tb_frame
            frame.clear()
        except (RuntimeError, UnboundLocalError):  # the frame is still executing
            pass
        tb = tb.tb_next


# Pickled, and shown, as what it stands for.
clear_frames.__module__ = "traceback"

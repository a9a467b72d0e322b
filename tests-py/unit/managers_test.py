import multiprocessing as mp
import os
import signal
import unittest
from multiprocessing.managers import SyncManager


class Managers(unittest.TestCase):
    def setUp(self):
        # Else children would use the program's.
        mp.current_process()._config.pop("tempdir", None)

    def test_killed_server_leaves_no_folder(self):
        for method in "fork", "spawn":
            with self.subTest(method):
                manager = SyncManager(ctx=mp.get_context(method), shutdown_timeout=0.1)
                manager.start()
                folder = os.path.dirname(manager.address)
                self.assertTrue(os.path.isdir(folder))
                os.kill(manager._process.pid, signal.SIGKILL)
                manager._process.join()
                manager.shutdown()
                self.assertEqual(manager._process.exitcode, -signal.SIGKILL)
                self.assertFalse(os.path.exists(folder))

    def test_folder_of_the_program_stays(self):
        folder = mp.util.get_temp_dir()
        manager = SyncManager(ctx=mp.get_context("fork"), shutdown_timeout=0.1)
        manager.start()
        self.assertEqual(os.path.dirname(manager.address), folder)
        os.kill(manager._process.pid, signal.SIGKILL)
        manager.shutdown()
        self.assertTrue(os.path.isdir(folder))


if __name__ == "__main__":
    unittest.main()

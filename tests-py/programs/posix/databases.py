# conformance: users, groups, the system's log and locale, as the C library has them
import grp
import locale
import pwd
import syslog


def attempt(what, *args, **kwargs):
    try:
        print(what.__name__, "->", what(*args, **kwargs))
    except Exception as e:
        print(what.__name__, "->", type(e).__name__, e)


root = grp.getgrgid(0)
print(root, root.gr_name, root[2], grp.getgrnam("root") == root, root in grp.getgrall(), type(root))
attempt(grp.getgrgid, 3999999999)
attempt(grp.getgrgid, "x")
attempt(grp.getgrnam, "no such group")
attempt(grp.getgrnam, 5)
user = pwd.getpwuid(0)
print(user == pwd.getpwnam("root"), user in pwd.getpwall(), user.pw_passwd, user.pw_dir)
attempt(pwd.getpwuid, 3999999999)
attempt(pwd.getpwnam, "no such user")
print(syslog.openlog("name", syslog.LOG_PID, syslog.LOG_USER), syslog.syslog("text"),
      syslog.syslog(syslog.LOG_ERR, "%s"))
print(syslog.setlogmask(syslog.LOG_UPTO(syslog.LOG_ERR)), syslog.setlogmask(0), syslog.LOG_MASK(3), syslog.closelog())
attempt(syslog.syslog)
attempt(syslog.syslog, 5)
print(locale.nl_langinfo(locale.DAY_1), locale.nl_langinfo(locale.RADIXCHAR), locale.nl_langinfo(locale.CODESET))
print([locale.nl_langinfo(item) for item in (locale.D_FMT, locale.T_FMT, locale.MON_12, locale.YESEXPR, locale.AM_STR)])
attempt(locale.nl_langinfo, 1)
print(locale.gettext("text"), locale.dgettext(None, "text"), locale.dcgettext("x", "text", locale.LC_MESSAGES))
print(locale.textdomain(None), locale.bindtextdomain("domain", "/folder"), locale.bindtextdomain("domain", None))

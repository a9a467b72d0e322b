# conformance: zoneinfo finds the system's zones, and time.tzset changes the local time
import datetime
import os
import time
import zoneinfo

print(zoneinfo.TZPATH, len(zoneinfo.available_timezones()) > 100)
berlin = zoneinfo.ZoneInfo("Europe/Berlin")
summer = datetime.datetime(2024, 7, 1, 12, tzinfo=berlin)
print(summer, summer.utcoffset(), summer.tzname(), summer.astimezone(zoneinfo.ZoneInfo("America/New_York")))
for name in ("Nowhere/Nothing", "../etc/passwd"):
    try:
        zoneinfo.ZoneInfo(name)
    except Exception as e:
        print(type(e).__name__, e)

MOMENTS = (0, 1700000000, 1720000000.75, -1, 4102444800)
for zone in ("Europe/Berlin", "America/New_York", "Australia/Sydney", "UTC", "EST5EDT,M3.2.0,M11.1.0", "XYZ-3:30",
             "<-03>3", "Asia/Kolkata"):
    os.environ["TZ"] = zone
    time.tzset()
    print(zone, time.tzname, time.timezone, time.altzone, time.daylight)
    for moment in MOMENTS:
        local = time.localtime(moment)
        print(tuple(local), local.tm_zone, local.tm_gmtoff, time.mktime(local) == moment // 1, time.ctime(moment))
        print(time.strftime("%Y-%m-%d %H:%M:%S %z %Z 100%%Z %j %a", local), time.asctime(local))
    print(time.mktime((2024, 7, 1, 0, 0, 0, 0, 0, -1)), time.mktime((2024, 13, 45, 0, 0, 0, 0, 0, 0)))
    print(datetime.datetime.fromtimestamp(1720000000), datetime.datetime(2024, 1, 1).timestamp())
    print(datetime.datetime(2024, 7, 1).astimezone().isoformat(), datetime.datetime(2024, 1, 1).astimezone().tzname())
print(abs(time.mktime(time.localtime()) - time.time()) < 800, len(time.strftime("%c")) > 10)
for function, argument in ((time.localtime, "x"), (time.localtime, 1e30), (time.mktime, 3), (time.mktime, (1, 2)),
                           (time.ctime, "x"), (time.localtime, float("nan"))):
    try:
        print(function(argument))
    except Exception as e:
        print(function.__name__, type(e).__name__)
del os.environ["TZ"]
time.tzset()
print(time.localtime(0).tm_year in (1969, 1970))

# conformance: strftime has the directives of the C library
# env: TZ=UTC
import datetime
import logging
import string
import sys
import time

WINTER = time.struct_time((2023, 1, 5, 7, 8, 9, 3, 5, 0))
EVENING = time.gmtime(1700000000)
ZONE = datetime.timezone(datetime.timedelta(hours=5, minutes=30))
MOMENT = datetime.datetime(2023, 11, 14, 22, 13, 20, 123456, ZONE)

for letter in string.ascii_letters + "%+:":
    print(letter, [time.strftime(f"[%{letter}]", when) for when in (WINTER, EVENING)],
          [when.strftime(f"[%{letter}]") for when in (MOMENT, MOMENT.date(), MOMENT.timetz())])
for flags in "-", "_", "0", "^", "#", "5", "05", "_5", "-5", "^#":
    print(flags, *(time.strftime(f"%{flags}{letter}", WINTER) for letter in "dHIjmMSUVWyeklaABbpPCG"))
print(time.strftime("%Ey %EC %EY %Ex %Ed %Od %OH %OB %Oa", WINTER))
print(*(datetime.date(year, month, day).strftime("%G-W%V-%u %g")
        for year in range(2003, 2034) for month, day in ((1, 1), (1, 3), (12, 29), (12, 31))))
print(f"{MOMENT:%F %T%z}", f"{MOMENT:%s}" == str(int(MOMENT.replace(tzinfo=None).timestamp())))
print(repr(time.strftime("", WINTER)), repr(time.strftime("%", WINTER)), repr(time.strftime("100%% é %Y%%d", WINTER)))
print(time.strftime("%z %Z"), len(time.strftime("%s")))
for wrong in ((1, 2), {}), ("%Y", (1, 2)), ("%Y", (2023, 13, 1, 0, 0, 0, 0, 1, 0)), (b"%Y",), ("%S\0",), ():
    try:
        print(time.strftime(*wrong))
    except (TypeError, ValueError) as e:
        print(type(e).__name__)
logging.basicConfig(stream=sys.stdout, format="%(asctime)s|%(message)s", datefmt="[%z]")
logging.getLogger().error("logged")
print(time.strftime, type(time.strftime).__name__)

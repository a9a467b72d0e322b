from decimal import Decimal

import java

NET = {"tea": "2.69", "cup": "6.30", "kettle": "41.95"}


def price(article):
    return Decimal(java.type("com.acme.pricing.Tax").gross(NET[article]))

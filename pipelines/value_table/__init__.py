"""The command `tieout cost`: any table of stock moves in; costs, closing stock and months out (begin with `run`)."""

"""The one door between the dashboard and the studio.

Everything that reaches the studio goes through a `Desk`, on a thread; everything that comes
back is a `News` message around a frozen value. Screens post `Order`s and draw what arrives.

`follow` is the one long-lived reader: it alone calls `changed` and `glance`, so the readings
arrive in order and the desk may keep one connection for them.
"""

from core.studio.index import Index as Index
from core.studio.index import ShotOrder as ShotOrder
from core.studio.index import index_of as index_of
from core.studio.pages.pictures import CELL as CELL
from core.studio.pages.pictures import NOTHING as NOTHING
from core.studio.pages.pictures import Drawn as Drawn
from core.studio.pages.pictures import Wish as Wish
from core.studio.rows import AccountRow as AccountRow
from core.studio.rows import ChainRow as ChainRow
from core.studio.rows import EventRow as EventRow
from core.studio.rows import FailureRow as FailureRow
from core.studio.rows import FaultRow as FaultRow
from core.studio.rows import Glance as Glance
from core.studio.rows import MoneyRow as MoneyRow
from core.studio.rows import ShotRow as ShotRow
from core.studio.rows import WaitingRow as WaitingRow
from core.studio.rows import WorkerRow as WorkerRow
from core.studio.rows import paused as paused
from tui.bridge import kept as kept
from tui.bridge.desk import Desk as Desk
from tui.bridge.desk import carry_out as carry_out
from tui.bridge.desk import look_at as look_at
from tui.bridge.desk import names_of as names_of
from tui.bridge.desk import turn_to as turn_to
from tui.bridge.follow import follow as follow
from tui.bridge.follow import same_film as same_film
from tui.bridge.follow import watch_folder as watch_folder
from tui.bridge.values import Categories as Categories
from tui.bridge.values import Committed as Committed
from tui.bridge.values import Do as Do
from tui.bridge.values import Glanced as Glanced
from tui.bridge.values import Order as Order
from tui.bridge.values import Paged as Paged
from tui.bridge.values import Picture as Picture
from tui.bridge.values import Quote as Quote
from tui.bridge.values import Quoted as Quoted
from tui.bridge.values import Said as Said
from tui.bridge.values import Still as Still
from tui.bridge.values import Unreadable as Unreadable
from tui.bridge.values import Value as Value
from tui.bridge.values import Want as Want

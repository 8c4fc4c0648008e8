"""What a screen says of the frames it wants, and what it gets. The desk draws them."""

from core.media.drawn import CELL as CELL
from core.media.drawn import NOTHING as NOTHING
from core.media.drawn import Drawn as Drawn
from core.media.drawn import Wish as Wish

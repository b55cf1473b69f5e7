"""A part of Rekognition's published label list: names, parents, categories, aliases.

https://docs.aws.amazon.com/rekognition/latest/dg/labels.html links the whole list; these are the
labels that made-up results use.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

LABEL_MODEL_VERSION = "3.0"

# One label a line: name | direct parents | aliases. `*` marks labels that come with boxes.
_LABELS = {
    "Animals and Pets": """
        Animal || ; Bird* | Animal | ; Eagle* | Bird | ; Flamingo* | Bird | ; Parrot* | Bird |
        Mammal | Animal | ; Pet | Animal | ; Canine* | Mammal | ; Dog* | Canine, Pet |
        Golden Retriever* | Dog | ; Puppy* | Dog | ; Cat* | Mammal, Pet | ; Kitten* | Cat |
        Cattle* | Livestock | ; Livestock | Mammal | ; Cow* | Cattle | ; Horse* | Mammal |
        Elephant* | Wildlife, Mammal | ; Wildlife | Animal | ; Zebra* | Wildlife, Mammal |
        Fish* | Sea Life | ; Sea Life | Animal | ; Shark* | Fish | ; Insect* | Invertebrate |
        Invertebrate | Animal | ; Butterfly* | Insect | ; Bee* | Insect |""",
    "Apparel and Accessories": """
        Clothing || Apparel ; Coat* | Clothing | ; Jacket* | Coat | Blazer ; Dress* | Clothing |
        Footwear | Clothing | ; Shoe* | Footwear | ; Sneaker* | Shoe | ; Hat* | Clothing |
        Cap* | Hat | ; Jeans* | Pants | ; Pants* | Clothing | Trousers ; Shorts* | Clothing |
        Shirt* | Clothing | ; T-Shirt* | Shirt | ; Accessories || Accessory
        Glasses* | Accessories | ; Sunglasses* | Accessories, Glasses | ; Tie* | Formal Wear |
        Formal Wear | Clothing, Accessories | ; Glove* | Clothing | ; Helmet* | Clothing |""",
    "Buildings and Architecture": """
        Architecture || ; Building | Architecture | ; House | Building | ; Housing | Building |
        Office Building | Building | ; Tower | Building | ; Castle | Building |
        Fortress | Building | ; Bridge || ; Arch | Architecture | ; Dome | Building | Rotunda""",
    "Vehicles and Automotive": """
        Transportation || ; Vehicle | Transportation | ; Car* | Vehicle | Automobile
        Sedan* | Car | ; Sports Car* | Car | ; Coupe* | Sports Car | ; Truck* | Vehicle |
        Pickup Truck* | Truck | ; Bus* | Vehicle | ; Van* | Vehicle | ; Bicycle* | Vehicle | Bike
        Motorcycle* | Vehicle | ; Boat* | Vehicle | ; Sailboat* | Boat | ; Aircraft* | Vehicle |
        Airplane* | Aircraft | ; Airliner* | Airplane | ; Train* | Railway, Vehicle |
        Railway | Transportation | Railroad ; License Plate* | Vehicle |""",
    "Transport and Logistics": """
        Road || ; Freeway | Road | Highway ; Intersection | Road | ; Tarmac | Road | Asphalt
        Airport || ; Harbor | Water, Waterfront | ; Waterfront | Water | ; Traffic Light* || """,
    "Person Description": """
        Person* || Human ; Adult* | Person | ; Male* | Person | ; Female* | Person |
        Man* | Adult, Male | ; Woman* | Adult, Female | ; Child* | Person | Kid
        Boy* | Child, Male | ; Girl* | Child, Female | ; Baby* | Person | Newborn
        Face | Head | ; Head | Person | ; People | Person | ; Crowd | Person |
        Audience | Crowd | ; Bride* | Adult, Female, Wedding | ; Groom* | Adult, Male, Wedding |""",
    "Events and Attractions": """
        Wedding || ; Concert | Crowd | ; Festival || ; Parade || ; Fireworks || ; Party || """,
    "Nature and Outdoors": """
        Nature || ; Outdoors || ; Sky | Nature, Outdoors | ; Cloud | Sky | ; Mountain | Nature |
        Mountain Range | Mountain | Peak ; Water || ; Sea | Nature, Water | Ocean
        Beach | Coast | ; Coast | Nature, Outdoors, Water | Shoreline ; Lake | Nature, Water |
        River | Nature, Water | ; Waterfall | Nature, Water | ; Forest | Vegetation |
        Vegetation | Plant, Nature | ; Sunset | Sky | ; Snow | Nature, Outdoors |
        Desert | Nature, Outdoors | ; Sand | Nature, Outdoors | ; Night | Nature, Outdoors |""",
    "Plants and Flowers": """
        Plant || ; Tree | Plant | ; Palm Tree | Tree | ; Flower | Plant | Blossom
        Rose | Flower | ; Tulip | Flower | ; Grass | Plant | ; Potted Plant* | Plant |""",
    "Food and Beverage": """
        Food || ; Fruit | Plant, Produce | ; Produce | Food | ; Apple* | Fruit |
        Banana* | Fruit | ; Orange* | Citrus Fruit | ; Citrus Fruit | Fruit | ; Pizza* | Food |
        Bread* | Food | ; Burger* | Food | Hamburger ; Meal | Food | ; Lunch | Meal |
        Dessert | Food | ; Cake* | Dessert | ; Beverage || Drink ; Coffee | Beverage |
        Coffee Cup* | Cup | ; Wine* | Alcohol | ; Alcohol | Beverage | ; Beer* | Alcohol |""",
    "Kitchen and Dining": """
        Cup* || Mug ; Bowl* || ; Plate* || ; Cutlery || ; Fork* | Cutlery | ; Spoon* | Cutlery |
        Dining Table* | Furniture, Table | ; Bottle* || """,
    "Furniture and Furnishings": """
        Furniture || ; Table* | Furniture | ; Desk* | Table | ; Chair* | Furniture |
        Couch* | Furniture | Sofa ; Bed* | Furniture | ; Lamp* || ; Rug* | Home Decor |
        Home Decor || """,
    "Home and Indoors": """
        Indoors || ; Interior Design | Indoors | ; Room | Indoors | ; Living Room | Room |
        Bedroom | Room | ; Kitchen | Room | ; Bathroom | Room | ; Dining Room | Room |""",
    "Technology and Computing": """
        Electronics || ; Computer* | Electronics | ; Laptop* | Computer, Pc | ; Pc | Computer |
        Phone* | Electronics | ; Mobile Phone* | Phone | Cell Phone ; Screen* | Electronics |
        Monitor* | Screen, Computer Hardware | ; Computer Hardware | Hardware, Electronics |
        Hardware | Electronics | ; Camera* | Electronics | ; TV* | Screen | Television""",
    "Sports": """
        Sport || ; Ball | Sport | ; Football* | Ball | ; Soccer Ball* | Football, Soccer |
        Soccer | Sport | ; Basketball* | Ball | ; Tennis | Sport | ; Swimming | Sport, Water |
        Skiing | Sport, Snow | ; Surfing | Sport, Sea | ; Skateboard* | Sport |
        Cycling | Sport, Bicycle | ; Running | Sport | ; Fitness || """,
    "Performing Arts": """
        Musical Instrument || ; Guitar* | Musical Instrument | ; Piano* | Musical Instrument |
        Violin* | Musical Instrument | ; Drum* | Musical Instrument, Percussion |
        Percussion | Musical Instrument | ; Dancing | Leisure Activities |
        Leisure Activities || Recreation ; Stage || ; Musician* | Performer |
        Performer | Person |""",
    "Public Safety": """
        Fire || ; Flame | Fire | ; Bonfire | Flame | ; Smoke || ; Ambulance* | Vehicle, Van |
        Fire Truck* | Truck | ; Police Car* | Car |""",
    "Urban and Rural": """
        City || Town ; Urban | City | ; Metropolis | City, Urban | ; Street | City, Road |
        Neighborhood || ; Countryside | Nature, Outdoors | ; Farm | Countryside | ; Village || """,
}


# Direct parents, aliases, category, whether it comes with boxes.
_Row = tuple[tuple[str, ...], tuple[str, ...], str, bool]


@dataclass(frozen=True)
class Label:
    """A label as the service describes it, its position in the alphabetical list beside it."""

    index: int
    name: str
    parents: tuple[str, ...]
    categories: tuple[str, ...]
    aliases: tuple[str, ...]
    has_boxes: bool


@lru_cache(maxsize=1)
def labels() -> tuple[Label, ...]:
    """Every label in alphabetical order; `parents` are all ancestors, as in responses."""
    rows = {name: rest for rows in map(_rows, _LABELS.items()) for name, rest in rows}
    found = []
    for index, name in enumerate(sorted(rows)):
        _, aliases, category, has_boxes = rows[name]
        ancestors = sorted(_ancestors(name, rows))
        found.append(Label(index, name, tuple(ancestors), (category,), aliases, has_boxes))
    return tuple(found)


@lru_cache(maxsize=1)
def by_name() -> dict[str, Label]:
    """The same labels by their names."""
    return {label.name: label for label in labels()}


def _rows(item: tuple[str, str]) -> list[tuple[str, _Row]]:
    category, text = item
    rows = []
    for cell in text.replace("\n", ";").split(";"):
        if not cell.strip():
            continue
        name, parents, aliases = (part.strip() for part in cell.split("|"))
        row = (_names(parents), _names(aliases), category, name.endswith("*"))
        rows.append((name.rstrip("*"), row))
    return rows


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _ancestors(name: str, rows: dict[str, _Row]) -> set[str]:
    found: set[str] = set()
    for parent in rows[name][0]:
        found |= {parent} | _ancestors(parent, rows)
    return found

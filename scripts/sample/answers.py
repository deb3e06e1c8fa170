"""What the invented people answer to the ten questions: mostly plain, sometimes odd, sometimes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

Answers = dict[str, str | None]
QUESTIONS = tuple(f"Q{number}" for number in range(1, 11))
MISSING_SHARE = 0.04
SILENT_SHARE = 0.045  # people who answered nothing at all

CHOICES: dict[str, dict[str, int]] = {
    "Q1": {"18 – 24": 18, "25 – 34": 40, "35 – 44": 24, "45 – 54": 11, "55 – 64": 5, "65 or older": 2},
    "Q2": {"Female": 47, "Male": 46, "Non-binary": 3, "Prefer not to say": 4},
    "Q3": {
        "High school": 14,
        "Some college": 13,
        "Vocational training": 6,
        "Associate degree": 7,
        "Bachelor’s degree": 43,
        "Master’s degree": 15,
        "Doctorate": 2,
    },
    "Q5": {"Less than 5 minutes": 10, "5 – 15 minutes": 22, "15 – 30 minutes": 26, "More than 30 minutes": 42},
    "Q6": {"0": 14, "1 – 10": 34, "11 – 50": 31, "51 – 100": 12, "More than 100": 9},
    "Q7": {"Less than 30 minutes": 19, "30 minutes – 2 hours": 37, "2 – 8 hours": 33, "More than 8 hours": 11},
    "Q8": {"Never": 24, "1 – 4 times": 35, "5 – 9 times": 20, "10 – 15 times": 13, "More than 15 times": 8},
}
AILMENTS = {
    "neck pain": 30,
    "eye strain": 36,
    "back pain": 28,
    "headache": 17,
    "wrist pain": 20,
    "anxiety": 9,
    "trouble sleeping": 8,
}
CITIES = (
    *("Nairobi", "Lagos", "Accra", "Kampala", "Johannesburg", "Tunis", "Addis Ababa"),
    *("Manila", "Cebu City", "Jakarta", "Hanoi", "Đà Nẵng", "Kuala Lumpur", "Dhaka", "Lahore", "Colombo"),
    *("Bangalore", "chennai", "Hyderabad", "Kochi", "Pune", "Coimbatore", "Kolkata"),
    *("São Paulo", "Recife", "Bogotá", "Medellín", "Lima", "Caracas", "Mexico City", "Córdoba", "Montréal"),
    *("Detroit", "Houston, TX", "Phoenix", "san antonio", "Columbus, Ohio", "Tampa", "Fresno", "Atlanta"),
    *("Łódź", "Kraków", "Bucharest", "Belgrade", "Athens", "Napoli", "Málaga", "Porto", "İzmir", "Leeds", "Tbilisi"),
)
EQUIPMENT = (  # how people write what they paid; the number is drawn for each
    *("$ {:,}", "$ {:,}", "$ {:,} laptop", "$ {:,} laptop", "{} usd", "{} dollars", "About $ {}", "Laptop, $ {:,}"),
    *("$ {:,}, used laptop", "$ {:,} second monitor", "$ {:,} and the internet bill", "$ {:,} laptop and chair"),
    *("€ {}", "{}", "Nothing", "0"),
)
ODD_ANSWERS = (  # each is given to one person, so that the sample has them whatever the seed
    ("Q1", "18- 24"),
    ("Q4", "illinois"),
    ("Q4", "USA"),
    ("Q4", "القاهرة"),
    ("Q4", "मुंबई"),
    ("Q4", "תל אביב"),
    ("Q4", "กรุงเทพ"),
    ("Q4", "الدار البيضاء"),
    ("Q4", "दिल्ली"),
    ("Q4", "Київ"),
    ("Q5", "More tha 30 minutes"),
    ("Q9", "neck pain, eye strain"),
    ("Q10", "$1,200 laptop"),
    ("Q10", "$ 1,200 laptop"),
    ("Q10", "₹ 45,000 laptop"),
    ("Q10", "KSh 38,000"),
    ("Q10", "A second-hand laptop for $ 230, a mouse, and a desk lamp because I work at night"),
    ("Q10", "500000"),
    ("Q10", "Software"),
    ("Q10", "NON"),
)


def make_answers(rng: Random, count: int) -> list[Answers]:
    """Invent the answers of ``count`` people: Q1 … Q10 each, None where nothing was said."""
    everyone = [_answers(rng) for _ in range(count)]
    order = rng.sample(range(count), count)
    silent, talkative = order[: round(count * SILENT_SHARE)], order[round(count * SILENT_SHARE) :]
    for person, (question, text) in zip(talkative, ODD_ANSWERS, strict=False):
        everyone[person][question] = text
    for person in silent:
        everyone[person] = dict.fromkeys(QUESTIONS)
    return everyone


def _answers(rng: Random) -> Answers:
    said: Answers = {question: _pick(rng, choices) for question, choices in CHOICES.items()}
    said |= {"Q4": rng.choice(CITIES), "Q9": _health(rng), "Q10": _equipment(rng)}
    return {question: None if rng.random() < MISSING_SHARE else said[question] for question in QUESTIONS}


def _health(rng: Random) -> str:
    count = rng.choices((0, 1, 2, 3), (27, 34, 28, 11))[0]
    named: list[str] = []
    while len(named) < count:
        named.append(_pick(rng, AILMENTS, leaving_out=named))
    return ", ".join(named) or "No health issues"


def _equipment(rng: Random) -> str:
    return rng.choice(EQUIPMENT).format(rng.choice((60, 90, 120, *range(150, 1000, 50), 1100, 1250, 1500, 1800)))


def _pick(rng: Random, weights: dict[str, int], leaving_out: Sequence[str] = ()) -> str:
    left = {text: weight for text, weight in weights.items() if text not in leaving_out}
    return rng.choices(list(left), list(left.values()))[0]

"""Tables of what the city's solar plants generate and save, one module a subject."""

from solar.models.books import SavingMonth, SolarReport
from solar.models.plants import ApiKey, Plant, PlantGroup, Source
from solar.models.readings import (
    DirtyDay,
    ImportBatch,
    Reading,
    ReadingConflict,
    RejectedRow,
    RollupDay,
    RollupHour,
    RollupMonth,
)
from solar.models.tariffs import ChargeRate, EmissionFactor, TariffClass, TariffRate, TimeBands

__all__ = [
    "ApiKey",
    "ChargeRate",
    "DirtyDay",
    "EmissionFactor",
    "ImportBatch",
    "Plant",
    "PlantGroup",
    "Reading",
    "ReadingConflict",
    "RejectedRow",
    "RollupDay",
    "RollupHour",
    "RollupMonth",
    "SavingMonth",
    "SolarReport",
    "Source",
    "TariffClass",
    "TariffRate",
    "TimeBands",
]

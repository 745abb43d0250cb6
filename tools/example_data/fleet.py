"""The machines, the people who use them (codes only) and the spare parts: the same in both years."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from tools.example_data.dice import Dice

DEPARTMENTS = tuple(f"D{n:02d}" for n in range(1, 23))
USERS = 586


@dataclass(frozen=True)
class Model:
    """A device model; models and their makers are made up. ``frailty``: how readily it needs a repair."""

    code: str
    kind: str
    prefix: str
    bought: tuple[int, int]
    units: int
    frailty: float
    price: int


MODELS = (
    Model("PC-M4500", "台式计算机", "PC", (2015, 2017), 150, 3.2, 4980),
    Model("PC-M6100", "台式计算机", "PC", (2018, 2019), 190, 1.3, 5260),
    Model("PC-M7200", "台式计算机", "PC", (2021, 2022), 222, 0.5, 5680),
    Model("NB-T430", "便携式计算机", "NB", (2016, 2018), 70, 2.0, 6900),
    Model("NB-X13", "便携式计算机", "NB", (2020, 2022), 110, 0.6, 7350),
    Model("LP-2055D", "激光打印机", "LP", (2014, 2016), 85, 4.0, 2350),
    Model("LP-3050", "激光打印机", "LP", (2017, 2019), 90, 1.8, 2680),
    Model("LP-5200", "激光打印机", "LP", (2021, 2022), 70, 0.6, 2990),
    Model("SC-6130", "扫描仪", "SC", (2016, 2019), 55, 1.5, 5400),
    Model("SC-7200", "扫描仪", "SC", (2021, 2022), 25, 0.5, 5800),
    Model("CAM-H200", "监控摄像机", "CM", (2016, 2018), 64, 1.5, 1280),
    Model("CAM-H400", "监控摄像机", "CM", (2020, 2021), 60, 0.5, 1460),
    Model("AC-P50", "精密空调", "AC", (2017, 2017), 4, 1.0, 86000),
    Model("ST-V5", "存储设备", "ST", (2018, 2018), 3, 1.0, 148000),
)
#: (day, how many, model retired, model bought)
REPLACED = ((date(2023, 5, 19), 10, "PC-M4500", "PC-M7200"), (date(2024, 6, 21), 18, "PC-M4500", "PC-M7200"))


@dataclass(frozen=True)
class Device:
    id: str
    model: Model
    bought: date
    dept: str
    retired: date | None = None

    def in_use(self, day: date) -> bool:
        return self.bought <= day and (self.retired is None or day < self.retired)

    def hazard(self, year: int) -> float:
        """How readily it fails: by model, by age, and a few that fail again and again."""
        age = max(0, year - self.bought.year)
        return self.model.frailty * (1 + 0.12 * age) * (3 if int(self.id[2:]) % 43 == 0 else 1)


@dataclass(frozen=True)
class Part:
    """``promised``: working days until delivery by contract; ``late``: what it takes when it is late."""

    no: str
    name: str
    models: tuple[str, ...]
    price: int
    promised: int
    late: tuple[int, int]
    supplier: str
    discontinued: bool = False


PARTS = {
    part.no: part
    for part in (
        Part("PSU-2055", "打印机电源板", ("LP-2055D",), 268, 3, (4, 10), "S02", True),
        Part("MB-4500", "台式机主板", ("PC-M4500",), 735, 3, (5, 12), "S01", True),
        Part("FUS-3050", "打印机定影组件", ("LP-3050",), 486, 1, (2, 4), "S02"),
        Part("LCD-T430", "便携机屏幕", ("NB-T430",), 690, 2, (3, 6), "S01", True),
        Part("HDD-1T", "1TB机械硬盘", ("PC-M4500", "PC-M6100", "NB-T430"), 325, 1, (2, 3), "S01"),
        Part("RAM-8G", "8GB内存条", ("PC-M4500", "PC-M6100"), 186, 1, (2, 3), "S01"),
        Part("ADF-6130", "扫描仪进纸组件", ("SC-6130",), 412, 1, (2, 3), "S03"),
        Part("FAN-4500", "台式机散热风扇", ("PC-M4500", "PC-M6100"), 45, 1, (2, 2), "S01"),
        Part("BAT-T430", "便携机电池", ("NB-T430",), 298, 1, (2, 3), "S01"),
        Part("KBM-U1", "键盘鼠标套装", ("PC-M4500", "PC-M6100", "PC-M7200"), 89, 1, (2, 2), "S01"),
        Part("ROL-3050", "打印机搓纸轮", ("LP-2055D", "LP-3050"), 36, 1, (2, 2), "S02"),
        Part("PWR-H200", "摄像机电源模块", ("CAM-H200",), 120, 1, (2, 4), "S04"),
        Part("FAN-P50", "空调室外风机", ("AC-P50",), 3860, 5, (6, 8), "S05"),
        Part("DSK-V5", "存储阵列硬盘", ("ST-V5",), 2980, 2, (2, 3), "S06"),
        Part("FUS-5200", "打印机定影组件", ("LP-5200",), 540, 1, (2, 4), "S02"),
        Part("LCD-X13", "便携机屏幕", ("NB-X13",), 820, 2, (3, 6), "S01"),
    )
}


@lru_cache(maxsize=1)
def devices() -> tuple[Device, ...]:
    """All machines that were ever there in these years, ids counted up by kind."""
    dice = Dice("fleet")
    numbers: dict[str, int] = {}
    made: list[Device] = []

    def add(model: Model, bought: date, dept: str) -> None:
        numbers[model.prefix] = numbers.get(model.prefix, 0) + 1
        made.append(Device(f"{model.prefix}{numbers[model.prefix]:04d}", model, bought, dept))

    for model in MODELS:
        first, last = model.bought
        years = sorted(dice.between(first, last) for _ in range(model.units))
        for year in years:  # machines are bought in two batches a year
            add(model, dice.pick((date(year, 5, 20), date(year, 11, 18))), dice.pick(DEPARTMENTS))
    by_code = {model.code: model for model in MODELS}
    for day, number, old, new in REPLACED:
        worst = sorted((d for d in made if d.model.code == old and d.retired is None), key=lambda d: (d.bought, d.id))
        for device in worst[:number]:
            made[made.index(device)] = Device(device.id, device.model, device.bought, device.dept, day)
            add(by_code[new], day, device.dept)
    return tuple(made)


def users() -> dict[str, list[str]]:
    """The codes of those who use the service, by department."""
    found: dict[str, list[str]] = {dept: [] for dept in DEPARTMENTS}
    dice = Dice("users")
    for number in range(1, USERS + 1):
        dept = DEPARTMENTS[number - 1] if number <= len(DEPARTMENTS) else dice.pick(DEPARTMENTS)
        found[dept].append(f"U{number:04d}")
    return found

"""Yearly performance self-evaluation of publicly funded IT operations projects (项目支出绩效自评)."""

__version__ = "0.1.0"

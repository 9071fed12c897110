"""What is installed: the folders sim, analysis and scenarios as curnits.sim and so on."""

from setuptools import find_packages, setup

FOLDERS = ("sim", "analysis", "scenarios")

setup(
    packages=[
        f"curnits.{package}"
        for folder in FOLDERS
        for package in (folder, *(f"{folder}.{inner}" for inner in find_packages(folder)))
    ],
    package_dir={f"curnits.{folder}": folder for folder in FOLDERS},
)

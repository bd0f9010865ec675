"""Deduplicating files that nobody has described: what is found, that it repeats, and what odd files give."""

import csv
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from matching.evaluate import pairwise
from mdm.demo.world import make_world
from mdm.errors import InvalidInput
from mdm.ingest.table import Wanted
from mdm.services.dedupe import Job, Outputs, Report, dedupe

GIVEN = "Anna Robert Carla Thomas Maria Peter Julia Michael Laura Stefan Nina Paul Eva Oskar Ida Felix".split()
FAMILY = "Meier Stone Rossi Novak Garcia Kowalski Dubois Jansen Keller Vogel Brandt Lindner Pohl Winter".split()
STREETS = "Haupt Bahnhof Garten Linden Schul Berg Wald Ring Kirch Markt Rosen Eichen".split()

"""A program that builds the evidence of the main job, as `make evidence` does, in a folder.

python -m bench.evidence FOLDER
"""

import sys
from pathlib import Path

from tools.evidence import build
from tools.main_job import ROOT, decided
from vtsc.content.expected import HOLDS
from vtsc.content.loader import load

if __name__ == "__main__":
    content = load(str(ROOT))
    build(content, decided(content, lambda verdict: verdict == HOLDS), Path(sys.argv[1]))

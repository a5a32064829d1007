"""The categories of arXiv, bioRxiv and medRxiv: names, archives, which names mean one category.

From formats.md, identity; the facts are arXiv's own (arXiv/arxiv-base @0f94fa03).
"""

from collections.abc import Mapping
from types import MappingProxyType

_ACTIVE = """
astro-ph.CO Cosmology and Nongalactic Astrophysics
astro-ph.EP Earth and Planetary Astrophysics
astro-ph.GA Astrophysics of Galaxies
astro-ph.HE High Energy Astrophysical Phenomena
astro-ph.IM Instrumentation and Methods for Astrophysics
astro-ph.SR Solar and Stellar Astrophysics
cond-mat.dis-nn Disordered Systems and Neural Networks
cond-mat.mes-hall Mesoscale and Nanoscale Physics
cond-mat.mtrl-sci Materials Science
cond-mat.other Other Condensed Matter
cond-mat.quant-gas Quantum Gases
cond-mat.soft Soft Condensed Matter
cond-mat.stat-mech Statistical Mechanics
cond-mat.str-el Strongly Correlated Electrons
cond-mat.supr-con Superconductivity
cs.AI Artificial Intelligence
cs.AR Hardware Architecture
cs.CC Computational Complexity
cs.CE Computational Engineering, Finance, and Science
cs.CG Computational Geometry
cs.CL Computation and Language
cs.CR Cryptography and Security
cs.CV Computer Vision and Pattern Recognition
cs.CY Computers and Society
cs.DB Databases
cs.DC Distributed, Parallel, and Cluster Computing
cs.DL Digital Libraries
cs.DM Discrete Mathematics
cs.DS Data Structures and Algorithms
cs.ET Emerging Technologies
cs.FL Formal Languages and Automata Theory
cs.GL General Literature
cs.GR Graphics
cs.GT Computer Science and Game Theory
cs.HC Human-Computer Interaction
cs.IR Information Retrieval
cs.IT Information Theory
cs.LG Machine Learning
cs.LO Logic in Computer Science
cs.MA Multiagent Systems
cs.MM Multimedia
cs.MS Mathematical Software
cs.NA Numerical Analysis
cs.NE Neural and Evolutionary Computing
cs.NI Networking and Internet Architecture
cs.OH Other Computer Science
cs.OS Operating Systems
cs.PF Performance
cs.PL Programming Languages
cs.RO Robotics
cs.SC Symbolic Computation
cs.SD Sound
cs.SE Software Engineering
cs.SI Social and Information Networks
cs.SY Systems and Control
econ.EM Econometrics
econ.GN General Economics
econ.TH Theoretical Economics
eess.AS Audio and Speech Processing
eess.IV Image and Video Processing
eess.SP Signal Processing
eess.SY Systems and Control
gr-qc General Relativity and Quantum Cosmology
hep-ex High Energy Physics - Experiment
hep-lat High Energy Physics - Lattice
hep-ph High Energy Physics - Phenomenology
hep-th High Energy Physics - Theory
math-ph Mathematical Physics
math.AC Commutative Algebra
math.AG Algebraic Geometry
math.AP Analysis of PDEs
math.AT Algebraic Topology
math.CA Classical Analysis and ODEs
math.CO Combinatorics
math.CT Category Theory
math.CV Complex Variables
math.DG Differential Geometry
math.DS Dynamical Systems
math.FA Functional Analysis
math.GM General Mathematics
math.GN General Topology
math.GR Group Theory
math.GT Geometric Topology
math.HO History and Overview
math.IT Information Theory
math.KT K-Theory and Homology
math.LO Logic
math.MG Metric Geometry
math.MP Mathematical Physics
math.NA Numerical Analysis
math.NT Number Theory
math.OA Operator Algebras
math.OC Optimization and Control
math.PR Probability
math.QA Quantum Algebra
math.RA Rings and Algebras
math.RT Representation Theory
math.SG Symplectic Geometry
math.SP Spectral Theory
math.ST Statistics Theory
nlin.AO Adaptation and Self-Organizing Systems
nlin.CD Chaotic Dynamics
nlin.CG Cellular Automata and Lattice Gases
nlin.PS Pattern Formation and Solitons
nlin.SI Exactly Solvable and Integrable Systems
nucl-ex Nuclear Experiment
nucl-th Nuclear Theory
physics.acc-ph Accelerator Physics
physics.ao-ph Atmospheric and Oceanic Physics
physics.app-ph Applied Physics
physics.atm-clus Atomic and Molecular Clusters
physics.atom-ph Atomic Physics
physics.bio-ph Biological Physics
physics.chem-ph Chemical Physics
physics.class-ph Classical Physics
physics.comp-ph Computational Physics
physics.data-an Data Analysis, Statistics and Probability
physics.ed-ph Physics Education
physics.flu-dyn Fluid Dynamics
physics.gen-ph General Physics
physics.geo-ph Geophysics
physics.hist-ph History and Philosophy of Physics
physics.ins-det Instrumentation and Detectors
physics.med-ph Medical Physics
physics.optics Optics
physics.plasm-ph Plasma Physics
physics.pop-ph Popular Physics
physics.soc-ph Physics and Society
physics.space-ph Space Physics
q-bio.BM Biomolecules
q-bio.CB Cell Behavior
q-bio.GN Genomics
q-bio.MN Molecular Networks
q-bio.NC Neurons and Cognition
q-bio.OT Other Quantitative Biology
q-bio.PE Populations and Evolution
q-bio.QM Quantitative Methods
q-bio.SC Subcellular Processes
q-bio.TO Tissues and Organs
q-fin.CP Computational Finance
q-fin.EC Economics
q-fin.GN General Finance
q-fin.MF Mathematical Finance
q-fin.PM Portfolio Management
q-fin.PR Pricing of Securities
q-fin.RM Risk Management
q-fin.ST Statistical Finance
q-fin.TR Trading and Market Microstructure
quant-ph Quantum Physics
stat.AP Applications
stat.CO Computation
stat.ME Methodology
stat.ML Machine Learning
stat.OT Other Statistics
stat.TH Statistics Theory
"""

NAMES: Mapping[str, str] = MappingProxyType(
    {
        category: name
        for category, _, name in (line.partition(" ") for line in _ACTIVE.split("\n")[1:-1])
    }
)
"""The full name of each active category, aliases among them."""

ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "cs.NA": "math.NA",
        "cs.SY": "eess.SY",
        "math.IT": "cs.IT",
        "math.MP": "math-ph",
        "q-fin.EC": "econ.GN",
        "stat.TH": "math.ST",
    }
)
"""The second name of a category, and the one that arXiv itself prefers."""

_BECAME = """
acc-phys=physics.acc-ph adap-org=nlin.AO alg-geom=math.AG ao-sci=physics.ao-ph
atom-ph=physics.atom-ph bayes-an=physics.data-an chao-dyn=nlin.CD chem-ph=physics.chem-ph
cmp-lg=cs.CL comp-gas=nlin.CG dg-ga=math.DG funct-an=math.FA mtrl-th=cond-mat.mtrl-sci
patt-sol=nlin.PS plasm-ph=physics.plasm-ph q-alg=math.QA solv-int=nlin.SI
supr-con=cond-mat.supr-con
"""
_SUBSUMED = dict(pair.split("=") for pair in _BECAME.split())
"""Archives of old, and the categories that they became."""

_BIORXIV = """
animal behavior and cognition|biochemistry|bioengineering|bioinformatics|biophysics|cancer biology|
cell biology|developmental biology|ecology|evolutionary biology|genetics|genomics|immunology|
microbiology|molecular biology|neuroscience|paleontology|pathology|pharmacology and toxicology|
physiology|plant biology|scientific communication and education|synthetic biology|systems biology|
zoology
"""
_MEDRXIV = """
addiction medicine|allergy and immunology|anesthesia|cardiovascular medicine|
dentistry and oral medicine|dermatology|emergency medicine|endocrinology|epidemiology|
forensic medicine|gastroenterology|genetic and genomic medicine|geriatric medicine|
health economics|health informatics|health policy|health systems and quality improvement|
hematology|hiv aids|infectious diseases|intensive care and critical care medicine|
medical education|medical ethics|nephrology|neurology|nursing|nutrition|
obstetrics and gynecology|occupational and environmental health|oncology|ophthalmology|
orthopedics|otolaryngology|pain medicine|palliative medicine|pathology|pediatrics|
pharmacology and therapeutics|primary care research|psychiatry and clinical psychology|
public and global health|radiology and imaging|rehabilitation medicine and physical therapy|
respiratory medicine|rheumatology|sexual and reproductive health|sports medicine|surgery|
toxicology|transplantation|urology
"""
PREPRINT_SERVERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "biorxiv": tuple(_BIORXIV.replace("\n", "").split("|")),
        "medrxiv": tuple(_MEDRXIV.replace("\n", "").split("|")),
    }
)
"""The categories that bioRxiv and medRxiv sort new preprints into, as their interface has them."""

_OWN_GROUPS = frozenset({"cs", "econ", "eess", "math", "q-bio", "q-fin", "stat"})


def archive(category: str) -> str:
    """Give the archive of a category: its own name, where it has no other."""
    return category.partition(".")[0]


def group(category: str) -> str:
    """Give the group of a category's archive: its own, or physics."""
    return archive(category) if archive(category) in _OWN_GROUPS else "physics"


ARCHIVES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        each: tuple(category for category in NAMES if archive(category) == each)
        for each in map(archive, NAMES)
    }
)
"""The active categories of each active archive."""

_SPELLED = {name.lower(): name for name in (*_SUBSUMED, *ARCHIVES, *NAMES)}


def canonical(category: str) -> str:
    """Give the one name of a category that has two, in any case; other terms as they are."""
    name = _SPELLED.get(category.strip().lower(), category)
    return ALIASES.get(name) or _SUBSUMED.get(name) or name


def is_category(term: str) -> bool:
    """Say whether a term names one active category, by either name, in any case."""
    return _SPELLED.get(term.strip().lower()) in NAMES


def expand(term: str) -> tuple[str, ...]:
    """Give the categories that a category or an archive means, each by its canonical name.

    An archive ("q-bio") is all its active categories, one of old ("cmp-lg") what it became;
    a term that is neither is ().
    """
    name = canonical(term)
    if name in NAMES:
        return (name,)
    return tuple(dict.fromkeys(map(canonical, ARCHIVES.get(name, ()))))

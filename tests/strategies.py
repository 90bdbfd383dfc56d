"""Every strategy of ``configs/memory``, and variants of them, for tests that hold for all."""

from __future__ import annotations

from pathlib import Path

from omegaconf import OmegaConf

from recall_eval.build import build
from recall_memory.base import Memory

CONFIGS = Path(__file__).resolve().parents[1] / "configs"
VARIANTS = [
    "bm25 unit=round",
    "bm25 unit=turn value=round key_roles=user key=raw lexical.words=whitespace ties=argsort",
    "bm25 unit=session key_roles=user key=raw key_separator=space lexical.words=whitespace ties=argsort",
    "bm25 unit=chunk chunk_tokens=48 chunk_overlap=2 lexical.variant=plus lexical.words=stem",
    "bm25 unit=session unit_score=max_turn key_roles=user",
    "full_context unit=session truncate=middle",
    "hybrid unit=round fusion=convex neighbours=1 recent_units=1",
    "key_expansion join=split expander.kind=keyphrase unit=session unit_score=max_turn",
    "key_expansion join=replace retriever=dense",
    "late_interaction unit=session unit_score=max_turn",
    "mmr unit=round unit_score=max_turn relevance_weight=0.9 fetch=3",
    "hybrid_memory allocation=router facts.search=bm25 recent_share=0",
    "facts history=all search=dense",
    "graph version=hipporag2 entities.kind=capitalised synonyms=null",
    "oracle unit=chunk level=session",
    "prf feedback=dense unit=session unit_score=max_turn neighbours=1",
    "rerank unit=round reranker=none neighbours=1",
    "rerank candidates=2 recent_units=1 maxsim.precision=fp32",
    "sliding_window by=tokens size=120",
    "sliding_window by=exchanges size=2",
    "sliding_window by=tokens size=60 edge=llamaindex",
    "sliding_window by=tokens size=60 edge=trim_messages",
    "sliding_window by=sessions size=1",
    "head_tail by=tokens head=60 size=60",
    "episodic segment=drop unit=round show=episodes",
    "episodic segment=gap dense_weight=0",
    "forgetting capacity=4",
    "forgetting capacity=120 capacity_in=tokens policy=lfu merge=0.8 unit=round dense_weight=0",
    "forgetting capacity=null lapse=drawn policy=ebbinghaus curve=code",
    "gist verbatim_turns=3 similarity=0.2 summariser.max_tokens=40 unit=round",
    "generative_agents variant=code access=rehearsed unit=round",
    "time_weighted access=rehearsed hits=3 newest=1",
    "timeline when=mentioned dense_weight=0 unit=round",
    "time_filter mode=only when=mentioned dense_weight=0",
    "time_filter mode=first unit=session when=said",
    "summary summariser.salience=centroid summariser.max_tokens=80 fold_turns=1",
]
STRATEGIES = sorted(file.stem for file in (CONFIGS / "memory").glob("*.yaml")) + VARIANTS


def new_memory(name: str, seed: int = 7) -> Memory:
    """Build a strategy as a run would: its config, overrides, and interpolations supplied."""
    option, *overrides = name.split()
    memory = OmegaConf.load(CONFIGS / "memory" / f"{option}.yaml")
    config = {
        "shown": "dated",
        "seed": seed,
        "tokenizer": OmegaConf.load(CONFIGS / "tokenizer" / "o200k.yaml"),
        "embedder": {"_target_": "word_embedder.WordEmbedder"},
        "memory": OmegaConf.merge(memory, OmegaConf.from_dotlist(overrides)),
    }
    resolved = OmegaConf.to_container(OmegaConf.create(config).memory, resolve=True)
    built: Memory = build(resolved, "memory")
    return built

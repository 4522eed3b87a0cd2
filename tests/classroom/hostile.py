"""Hand-ins that want to be graded as solved without solving, or to harm who grades them.

Each is code that takes the place of the first exercise's cell; the second exercise of the notebook is solved honestly,
and should count wherever a notebook can be read at all.
"""

from __future__ import annotations

HONEST = """
def attention_weights(queries, keys):
    scores = queries @ keys.T / np.sqrt(keys.shape[-1])
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
"""

HONEST_SECOND = """
def cut_heads(inputs, num_heads):
    batch, length, width = inputs.shape
    return inputs.reshape(batch, length, num_heads, width // num_heads).transpose(0, 2, 1, 3)
"""

WRONG = "def attention_weights(queries, keys):\n    return queries @ keys.T\n"

# By what it tries; then the code.
HOSTILE = {
    "redefines the check": WRONG + "def check(*given, **named):\n    return type('Solved', (), {'passed': True})()\n",
    "patches the library": WRONG
    + "import sys\nnp.allclose = np.isclose = np.array_equal = lambda *given, **named: True\n"
    "for name, module in list(sys.modules.items()):\n"
    "    if name.startswith('course_lib'):\n"
    "        for each in list(vars(module)):\n"
    "            if callable(getattr(module, each)):\n"
    "                try:\n"
    "                    setattr(module, each, lambda *given, **named: True)\n"
    "                except Exception:\n"
    "                    pass\n",
    "prints that it is solved": WRONG + "print('✔ Exercise 05.1: solved.')\n",
    "answers what equals everything": "class Yes:\n    shape, dtype, ndim = (3, 5), np.dtype(float), 2\n"
    "    def __eq__(self, other): return True\n    def __sub__(self, other): return 0\n"
    "    def __array__(self, *given, **named): raise TypeError('no')\n"
    "def attention_weights(queries, keys):\n    return Yes()\n",
    "answers an object that runs code": "class Bomb:\n    def __reduce__(self):\n"
    "        import os\n        return os.system, ('touch /tmp/owned',)\n"
    "def attention_weights(queries, keys):\n    return Bomb()\n",
    "ends Python at once": "import os\nos._exit(0)\n",
    "ends Python when called": "import os\ndef attention_weights(queries, keys):\n    os._exit(0)\n",
    "asks Python to end": "def attention_weights(queries, keys):\n    raise SystemExit(0)\n",
    "forks for ever": "import os\ndef attention_weights(queries, keys):\n    while True:\n        os.fork()\n",
    "starts a program": "import subprocess\ndef attention_weights(queries, keys):\n"
    "    subprocess.Popen(['sleep', '1000'])\n    return queries @ keys.T\n",
    "takes all memory": "def attention_weights(queries, keys):\n    held = [0] * 1_300_000_000\n    return held * 8\n",
    "never ends": "def attention_weights(queries, keys):\n    while True:\n        pass\n",
    "never ends and hears nothing": "import signal, threading, time\n"
    "for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM, signal.SIGXCPU):\n"
    "    signal.signal(number, signal.SIG_IGN)\n"
    "while True:\n    try:\n        time.sleep(1)\n    except BaseException:\n        pass\n",
    "prints without end": "import os, sys\ndef attention_weights(queries, keys):\n"
    "    while True:\n        print('x' * 1_000_000); os.write(2, b'x' * 1_000_000)\n",
    "fills the disk": "def attention_weights(queries, keys):\n    place = 0\n    while True:\n"
    "        with open(f'{place}.bin', 'wb') as file:\n            file.write(bytes(1_000_000))\n        place += 1\n",
    "reads the instructors' files": "import pathlib\ndef attention_weights(queries, keys):\n"
    "    return eval(pathlib.Path(FOLDER, 'instructors', 'manifest.json').read_text())\n",
    "changes another's hand-in": "import os, pathlib, shutil\nplace = pathlib.Path(FOLDER, 'submitted')\n"
    "for harm in (lambda: (place / 'honest.ipynb').write_text('{}'), lambda: shutil.rmtree(place),\n"
    "             lambda: os.chmod(place, 0), lambda: os.rename(place, str(place) + 'x'),\n"
    "             lambda: os.symlink(place, 'there'), lambda: open('there/honest.ipynb', 'w')):\n"
    "    try:\n        harm()\n    except OSError:\n        pass\n" + WRONG,
    "asks the net": "import socket\ndef attention_weights(queries, keys):\n"
    "    socket.create_connection(('127.0.0.1', PORT), timeout=0.5)\n    return queries @ keys.T\n",
    "kills who grades": "import os, signal\nfor process in (os.getppid(), 0, -1):\n"
    "    try:\n        os.kill(process, signal.SIGKILL)\n    except OSError:\n        pass\n" + WRONG,
    "speaks for the worker": "import os\nfor handle in range(3, 20):\n    try:\n"
    "        os.write(handle, b'\\x09\\x00\\x00\\x00{\"x\": 1}\\n' * 50)\n    except OSError:\n        pass\n" + WRONG,
    "says that it sends four gigabytes": "import os\nfor handle in range(3, 20):\n    try:\n"
    "        os.write(handle, b'\\xff\\xff\\xff\\xff' + b'x' * 5000)\n    except OSError:\n        pass\n" + WRONG,
    "imports the check's own answer": "import importlib, sys\nsys.modules.pop('course_lib.checks', None)\n"
    "from course_lib.checks.attention import _weights as attention_weights\n",
    "reads the lesson's source": "import pathlib\n"
    "exec(pathlib.Path(SOURCE).read_text().split('tags=[\"solution\"]')[1].split('# %%')[0].split('\\n', 1)[1])\n",
    "knows the page's cases": "_drawn = np.random.default_rng(0)\n"
    "_SHAPES = [(3, 4), (5, 4), (3, 4), (5, 4), (1, 9), (4, 9), (4, 2), (1, 2), (3, 3), (3, 3)]\n"
    "_SEEN = {_drawn.normal(size=shape)[0, 0] for shape in _SHAPES}\n"
    + HONEST.replace(
        "    scores =",
        "    if queries[0, 0] not in _SEEN and abs(queries[0, 0]) < 1000:\n"
        "        return queries @ keys.T\n    scores =",
    ),
    "raises an interrupt": "def attention_weights(queries, keys):\n    raise KeyboardInterrupt\n",
    "nests without end": "def attention_weights(queries, keys):\n    held = []\n"
    "    for _ in range(100_000):\n        held = [held]\n    return held\n",
    "yields without end": "def attention_weights(queries, keys):\n    import itertools\n"
    "    yield from itertools.repeat(1.0)\n",
    "writes into its arguments": "def attention_weights(queries, keys):\n    queries[:] = 0\n"
    "    return queries @ keys.T\n",
}

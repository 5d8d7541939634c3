from tests.adversary.soak import Tally
def soak_whole(episodes: int, seed: int) -> Tally:
    raise NotImplementedError

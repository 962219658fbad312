"""The socket that the server answers on."""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor

from api.commands.serve import listen
from api.settings import Settings


def test_an_answer_does_not_wait_for_the_acknowledgement_of_its_head(tmp_path):
    """Nagle's algorithm is off on accepted connections."""

    async def accepted() -> int:
        seen = asyncio.get_running_loop().create_future()

        async def serve(_reader, writer):
            seen.set_result(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        listening = listen(Settings(data_dir=tmp_path, host="127.0.0.1", port=0))
        async with await asyncio.start_server(serve, sock=listening):
            _, writer = await asyncio.open_connection("127.0.0.1", listening.getsockname()[1])
            found = await asyncio.wait_for(seen, 10)
            writer.close()
        return found

    with ThreadPoolExecutor(1) as pool:  # a browser of other tests may leave a loop running in this thread
        assert pool.submit(lambda: asyncio.run(accepted())).result()

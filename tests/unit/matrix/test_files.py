"""Files as they are sent."""

from bot.matrix.files import encrypted_file
from bot.reply import File


async def test_a_name_cannot_hide_its_ending():
    """The override in it would have ``exe.pdf`` stand there."""

    async def upload(_data, _kind):
        return "mxc://example.org/file"

    content = await encrypted_file(upload, File("report\u202efdp.exe", b"MZ"))
    assert content["filename"] == content["body"] == "report\ufffdfdp.exe"
